import Foundation
import Testing

@testable import Exports

@Suite("Exports as COCO")
struct COCOExportTests {
    private struct DataSet: Decodable {
        struct Image: Decodable, Equatable {
            var id: Int
            var fileName: String
            var width: Int
            var height: Int
            var videoId: Int
            var frameIndex: Int
            var timeMs: Double
        }
        struct Annotation: Decodable, Equatable {
            var id: Int
            var imageId: Int
            var categoryId: Int
            var bbox: [Double]
            var area: Double
            var iscrowd: Int
            var score: Double?
            var trackId: Int?
            var detectionId: String?
        }
        struct Category: Decodable, Equatable {
            var id: Int
            var name: String
        }
        struct Track: Decodable, Equatable {
            var id: Int
            var categoryId: Int
            var videoId: Int
            var objectId: String
            var confirmed: Bool
        }
        struct Video: Decodable, Equatable {
            var id: Int
            var name: String
            var width: Int
            var height: Int
        }
        var images: [Image]
        var annotations: [Annotation]
        var categories: [Category]
        var tracks: [Track]
        var videos: [Video]
    }

    private func dataSet(_ records: [String]) throws -> DataSet {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(DataSet.self, from: Data(try exported(records, as: .coco)))
    }

    @Test("Images are the frames that were looked at, annotations what was detected, boxes x, y, width and height")
    func mixed() throws {
        let data = try dataSet(Records.mixed)
        #expect(
            data.images == [
                .init(
                    id: 1, fileName: "street/000000.jpg", width: 640, height: 360, videoId: 1, frameIndex: 0,
                    timeMs: 0),
                .init(
                    id: 2, fileName: "street/000001.jpg", width: 640, height: 360, videoId: 1, frameIndex: 1,
                    timeMs: 40),
                .init(
                    id: 7, fileName: "street/000006.jpg", width: 640, height: 360, videoId: 1, frameIndex: 6,
                    timeMs: 240),
            ])
        func annotation(
            _ id: Int, image: Int, category: Int, x: Double, track: Int?, detection: String
        ) -> DataSet.Annotation {
            .init(
                id: id, imageId: image, categoryId: category, bbox: [x, 20.25, 30.5, 40], area: 1220, iscrowd: 0,
                score: 0.8765, trackId: track, detectionId: detection)
        }
        #expect(
            data.annotations == [
                annotation(1, image: 1, category: 3, x: 10, track: 1, detection: "street:0:0"),
                annotation(2, image: 1, category: 1, x: 100, track: nil, detection: "street:0:1"),
                annotation(3, image: 2, category: 2, x: 10, track: 2, detection: "street:1:0"),
                annotation(4, image: 7, category: 3, x: 14.1, track: 1, detection: "street:6:0"),
            ])
        #expect(
            data.categories == [
                .init(id: 1, name: "Ampel, \"rot\""), .init(id: 2, name: "Fußgänger 歩行者"), .init(id: 3, name: "car"),
            ])
        #expect(
            data.tracks == [
                .init(id: 1, categoryId: 3, videoId: 1, objectId: "street:1", confirmed: true),
                .init(id: 2, categoryId: 2, videoId: 1, objectId: "street:2", confirmed: false),
            ])
        #expect(data.videos == [.init(id: 1, name: "street", width: 640, height: 360)])
    }

    @Test("A video without objects, without frames, or that failed, is still a data set")
    func empty() throws {
        for records in [
            [], [Records.started(), Records.failed], [Records.started(), Records.frame(0), Records.ended],
        ] {
            let data = try dataSet(records)
            #expect(data.annotations.isEmpty && data.tracks.isEmpty && data.categories.isEmpty)
            #expect(data.images.count == records.count { $0.contains("\"frame\":0") })
            #expect(data.videos.count == (records.isEmpty ? 0 : 1))
        }
    }

    @Test("The list of detections has the images and categories of the data set")
    func results() throws {
        let list = try #require(try exportedJSON(Records.mixed, as: .cocoResults) as? [[String: Any]])
        let data = try dataSet(Records.mixed)
        #expect(list.map { $0["image_id"] as? Int } == data.annotations.map(\.imageId))
        #expect(list.map { $0["category_id"] as? Int } == data.annotations.map(\.categoryId))
        #expect(list.map { $0["bbox"] as? [Double] } == data.annotations.map(\.bbox))
        #expect(list.map { $0["score"] as? Double } == data.annotations.map(\.score))
    }

    @Test("Images that no memory is wasted on come back in order")
    func manyFrames() throws {
        // More than a megabyte of images: they go through a file.
        let data = try dataSet([Records.started()] + (0..<12_000).map { Records.frame($0) } + [Records.ended])
        #expect(data.images.map(\.frameIndex) == Array(0..<12_000))
    }
}
