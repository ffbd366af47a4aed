import Foundation
import Media
import Pipeline
import Report

/// Takes the pictures that a page needs, out of one pass through the video.
struct Photographer {
    private(set) var page: ReportPage

    private let results: FrameResults
    private let canvas: Canvas
    private let stream: VideoStreamInfo
    private let bar = ProgressBar(unit: "frames")

    init(page: ReportPage, stream: VideoStreamInfo, results: String) throws {
        self.page = page
        self.stream = stream
        self.results = try FrameResults(path: results)
        canvas = try Canvas(width: stream.width, height: stream.height)
    }

    mutating func takePictures(of splitter: ChunkSplitter, sheet: Set<Int>, name: String) throws {
        let portraits = Dictionary(grouping: page.shownObjects, by: \.bestFrame)
        let wanted = sheet.union(portraits.keys).union(page.report.frames > 0 ? [page.report.quietestFrame] : [])
        let threads = max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))
        while let chunk = try splitter.next() {
            try Task.checkCancellation()
            let frames = chunk.firstFrame..<chunk.firstFrame + chunk.frameCount
            // Most chunks of a long video are not decoded at all.
            guard let last = wanted.filter(frames.contains).max() else { continue }
            let decoder = try ChunkDecoder(
                bytes: chunk.bytes, info: chunk.decodingInfo(name: "'\(name)'"), threads: threads)
            while let frame = try decoder.next(), frame.index <= last {
                bar.update(done: frame.index, total: page.report.lastFrame + 1, note: "looking")
                guard wanted.contains(frame.index), let image = frame.image else { continue }
                try canvas.setToPicture(image)
                if frame.index == page.report.quietestFrame {
                    page.scene = try JPEGEncoder.encode(canvas, maximumWidth: 1280)
                }
                for object in portraits[frame.index] ?? [] {
                    page.portraits[object.objectID] = try portrait(of: object)
                }
                if sheet.contains(frame.index) {
                    let time = Double(frame.pts - chunk.startPTS) * stream.timeBase.value * 1000
                    page.sheet.append(try drawn(frame.index, milliseconds: time))
                }
            }
        }
        bar.finish()
    }

    /// The object with some of its surroundings; nil when its box lies outside the picture.
    private func portrait(of object: ObjectHistory) throws -> [UInt8]? {
        let box = object.bestBox
        let scaleX = Double(canvas.width) / Double(max(page.report.width, 1))
        let scaleY = Double(canvas.height) / Double(max(page.report.height, 1))
        let marginX = (box.x2 - box.x1) * 0.08
        let marginY = (box.y2 - box.y1) * 0.08
        let left = Int(max(0, (box.x1 - marginX) * scaleX))
        let top = Int(max(0, (box.y1 - marginY) * scaleY))
        let right = Int(min(Double(canvas.width), (box.x2 + marginX) * scaleX))
        let bottom = Int(min(Double(canvas.height), (box.y2 + marginY) * scaleY))
        guard left < right, top < bottom else { return nil }
        return try JPEGEncoder.encode(
            canvas, region: .init(x: left, y: top, width: right - left, height: bottom - top), maximumWidth: 128,
            maximumHeight: 96)
    }

    private func drawn(_ frame: Int, milliseconds: Double) throws -> ReportPage.Picture {
        let objects =
            try results.record(of: frame)?
            .annotations(width: canvas.width, height: canvas.height, onlyConfirmed: false) ?? []
        Annotator(options: .init(trailFrames: 0)).draw(objects, frame: frame, on: canvas)
        return ReportPage.Picture(
            frame: frame, milliseconds: milliseconds, jpeg: try JPEGEncoder.encode(canvas, maximumWidth: 960))
    }
}
