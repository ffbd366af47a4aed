import Foundation
public import Tracking

/// Reads how a camera moved: a line per frame, `index a b tx c d ty`, separated by blanks, counted from 0.
///
/// Line k is the motion from the frame before to the k-th one, which MOTChallenge files count as frame k + 1; the first
/// line is the standing camera. The format of the files that BoT-SORT's authors use.
public enum CameraMotionFile {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - frameCount: how many frames there must be at least; what lies beyond is passed over.
    public static func read(path: String, frameCount: Int) throws(MOTFileError) -> [CameraMotion] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw MOTFileError(
                .unreadable, file: path, detail: "\(error.localizedDescription); give the path of a readable file")
        }
        return try parse([UInt8](data), frameCount: frameCount, file: path)
    }

    /// Parses a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - frameCount: how many frames there must be at least.
    ///   - file: the name that errors show.
    public static func parse(
        _ bytes: [UInt8], frameCount: Int, file: String
    ) throws(MOTFileError) -> [CameraMotion] {
        var motions: [CameraMotion] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let columns = line.split { [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }
            guard !columns.isEmpty else { continue }
            let values = columns.compactMap { DecimalText.parse($0) }
            guard columns.count == 7, values.count == 7, values[0] == Double(motions.count) else {
                let text = String(decoding: line.prefix(120), as: UTF8.self).filter { !$0.isNewline }
                throw MOTFileError(
                    .malformed, file: file, line: number + 1,
                    detail: "'\(text)'; a line is 'index a b tx c d ty', and here the index is \(motions.count)")
            }
            motions.append(
                CameraMotion(a: values[1], b: values[2], tx: values[3], c: values[4], d: values[5], ty: values[6]))
        }
        guard motions.count >= frameCount else {
            throw MOTFileError(
                .missingFrames, file: file,
                detail: """
                    it has \(motions.count) frames, and the detections have \(frameCount); give the camera's motion \
                    for every frame
                    """)
        }
        return motions
    }
}
