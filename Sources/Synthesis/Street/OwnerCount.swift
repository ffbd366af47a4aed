/// How many pixels of a picture belong to each object.
struct OwnerCount {
    /// By the order of drawing.
    private(set) var visible: [Int]

    /// - Parameter objects: how many there are; their owner numbers begin with 2.
    init(_ canvas: Canvas, film: Film, width: Int, height: Int, objects: Int) {
        visible = [Int](repeating: 0, count: objects + 2)
        visible.withUnsafeMutableBufferPointer { visible in
            let left = Int(film.origin.x)
            let top = Int(film.origin.y)
            for row in 0..<height {
                let line = canvas.owners + (top + row) * canvas.width + left
                for column in 0..<width where line[column] > 1 {
                    let owner = Int(line[column])
                    if owner < visible.count { visible[owner] += 1 }
                }
            }
        }
        visible.removeFirst(2)
    }
}
