import CFFmpeg
import CIsolation
import Foundation
import Testing

@testable import Media

#if os(Linux)
    @Suite("a decoder's process that has been taken over")
    struct DecoderConnectionTests {
        private static let info = ChunkDecodingInfo(
            name: "chunk 0", container: .mp4, firstFrame: 10, frameCount: 4, timestampShift: 0,
            timeBase: Rational(1, 25))

        /// The other end of the connection, which says what it likes.
        private struct Fake: @unchecked Sendable {
            // Sendable: made here and used by one thread.
            let socket: DecoderSocket

            /// Waits for a question and takes the memory that comes with it.
            @discardableResult
            func take(_ kind: DecoderMessage.Kind) throws -> (message: DecoderMessage, descriptor: Int32) {
                let (message, descriptor) = try socket.receiveWithDescriptor()
                if message.kind != kind { throw DecoderSocket.Obstacle.malformed }
                return (message, descriptor)
            }

            func skip(_ kind: DecoderMessage.Kind) throws {
                let (_, descriptor) = try take(kind)
                if descriptor >= 0 { close(descriptor) }
            }

            func say(_ kind: DecoderMessage.Kind, _ numbers: [Int64] = [], text: String = "") throws {
                try socket.send(.init(kind, numbers, text: text))
            }

            func say(bytes: [UInt8]) { _ = lapwing_send(socket.descriptor, bytes, bytes.count, -1) }

            /// Makes its way to the first fill.
            func begin() throws {
                try say(.ready, [DecoderMessage.version, 0])
                try skip(.open)
                try say(.opened)
                try skip(.fill)
            }
        }

        private static func picture(
            index: Int64 = 10, pts: Int64 = 0, width: Int64 = 1, height: Int64 = 1, format: Int64 = 0, last: Int64 = 0
        ) -> [Int64] {
            [index, pts, width, height, format, 1, 1, 2, 1, 2, 2, last]
        }

        /// All frames, or the fault, of a chunk that the fake decodes.
        private func frames(
            limits: MediaLimits = .default, patience: Duration = .seconds(5),
            _ fake: @escaping @Sendable (Fake) throws -> Void
        ) throws -> [DecodedFrame] {
            let (ours, its) = try DecoderSocket.pair()
            let other = Fake(socket: its)
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                try? fake(other)
                done.signal()
            }
            defer {
                shutdown(its.descriptor, Int32(SHUT_RDWR))
                done.wait()
            }
            let connection = DecoderConnection(socket: ours, limits: limits, patience: patience, picturesAhead: 3)
            _ = try connection.awaitReady()
            try connection.open([1, 2, 3], info: Self.info, threads: 1)
            var frames: [DecodedFrame] = []
            while let frame = try connection.next() { frames.append(frame) }
            return frames
        }

        private func violates(_ fake: @escaping @Sendable (Fake) throws -> Void) throws {
            do {
                _ = try frames(fake)
                Issue.record("it was believed")
            } catch let fault as DecoderConnection.Fault {
                guard case .violation = fault else {
                    Issue.record("\(fault)")
                    return
                }
            }
        }

        @Test("an honest one is believed")
        func honest() throws {
            let given = try frames { fake in
                try fake.begin()
                try fake.say(.tooSmall, [64, 48, 0])
                try fake.skip(.drop)
                for index in 10..<14 {
                    if index == 10 { for _ in 0..<3 { try fake.skip(.fill) } }
                    if index == 11 { try fake.skip(.fill) }
                    try fake.say(
                        .picture,
                        DecoderConnectionTests.picture(index: Int64(index), pts: 7, width: 64, height: 48))
                }
            }
            #expect(given.map(\.index) == [10, 11, 12, 13])
            #expect(given.allSatisfy { $0.pts == 7 && $0.image?.width == 64 && $0.image?.height == 48 })
        }

        @Test("bytes that are no message", arguments: [1, 7, 9, 24, 4096, 5000, 60000])
        func noMessage(count: Int) throws {
            try violates { $0.say(bytes: Array(repeating: 1, count: count)) }
            try violates { fake in
                try fake.begin()
                fake.say(bytes: Array(repeating: 67, count: count))
            }
        }

        @Test("one of another version")
        func version() throws {
            try violates { try $0.say(.ready, [DecoderMessage.version + 1, 0]) }
            try violates { try $0.say(.opened) }
        }

        @Test(
            "answers to questions that were not asked",
            arguments: [
                DecoderMessage(.opened), .init(.ready, [1, 0]), .init(.nothing), .init(.open, [0, 0]),
                .init(.drop, [1]),
            ])
        func unasked(answer: DecoderMessage) throws {
            try violates { fake in
                try fake.begin()
                try fake.socket.send(answer)
            }
            if answer.kind != .opened {
                try violates { fake in
                    try fake.say(.ready, [DecoderMessage.version, 0])
                    try fake.skip(.open)
                    try fake.socket.send(answer)
                }
            }
        }

        @Test(
            "pictures that are none, or larger than their room",
            arguments: [
                picture(width: 0), picture(height: -1), picture(width: 1 << 33), picture(width: 20000, height: 20000),
                picture(width: Int64(Int32.max), height: Int64(Int32.max)), picture(width: 64, height: 48),
                picture(format: -1), picture(format: 100_000), picture(format: Int64(AV_PIX_FMT_VAAPI.rawValue)),
                picture(format: .max), picture(index: 11), picture(index: .min), picture(pts: .max), picture(pts: .min),
                picture(last: 5000), picture(last: -1),
            ])
        func pictures(numbers: [Int64]) throws {
            try violates { fake in
                try fake.begin()
                try fake.say(.picture, numbers)
            }
        }

        @Test(
            "more room than it can need, or needs",
            arguments: [
                [0, 0, 0], [1 << 20, 1 << 20, 0], [-5, 5, 0], [8193, 8193, 0], [8, 8, .max], [.min, .min, .min],
            ])
        func room(numbers: [Int64]) throws {
            try violates { fake in
                try fake.begin()
                try fake.say(.tooSmall, numbers)
            }
            try violates { fake in
                try fake.begin()
                try fake.say(.tooSmall, [64, 48, 0])
                try fake.skip(.drop)
                try fake.skip(.fill)
                // There is room for that now.
                try fake.say(.tooSmall, [64, 48, 0])
            }
        }

        @Test("one that says nothing, or is gone")
        func silent() throws {
            for steps in 0..<2 {
                #expect {
                    _ = try frames(patience: .milliseconds(300)) { fake in
                        if steps > 0 { try fake.begin() }
                        _ = try fake.take(.drop)
                    }
                } throws: {
                    if case .late = $0 as? DecoderConnection.Fault { true } else { false }
                }
                #expect {
                    _ = try frames { fake in
                        if steps > 0 { try fake.begin() }
                        shutdown(fake.socket.descriptor, Int32(SHUT_RDWR))
                    }
                } throws: {
                    if case .closed = $0 as? DecoderConnection.Fault { true } else { false }
                }
            }
        }

        @Test("faults that it makes up are faults of the chunk, and no longer than a message")
        func madeUpFaults() throws {
            for text in ["", "a", "no such code\0b\0c", String(repeating: "x", count: 10000), "\0\0\u{1b}[2J"] {
                #expect {
                    _ = try frames { fake in
                        try fake.begin()
                        try fake.say(.failed, text: text)
                    }
                } throws: {
                    guard case .chunk(let error) = $0 as? DecoderConnection.Fault else { return false }
                    return error.code == .corrupt && error.detail.utf8.count <= DecoderMessage.maxByteCount
                }
            }
        }

        @Test("memory that is shared with it keeps its size")
        func sealed() throws {
            #expect {
                _ = try frames { fake in
                    try fake.say(.ready, [DecoderMessage.version, 0])
                    let (message, descriptor) = try fake.take(.open)
                    let size = message.numbers[0] + message.numbers[1]
                    #expect(ftruncate(descriptor, 0) != 0 && ftruncate(descriptor, Int(size) + 1) != 0)
                    var status = stat()
                    #expect(fstat(descriptor, &status) == 0 && status.st_size == Int(size))
                    close(descriptor)
                    shutdown(fake.socket.descriptor, Int32(SHUT_RDWR))
                }
            } throws: {
                $0 is DecoderConnection.Fault
            }
        }

        @Test("anything at all")
        func fuzz() throws {
            for seed in 1...300 {
                do {
                    _ = try frames { fake in
                        var generator = SplitMix(state: UInt64(seed))
                        try fake.say(.ready, [DecoderMessage.version, 0])
                        let interesting: [Int64] = [0, 1, -1, 10, 11, 64, 8192, 1 << 31, .max, .min]
                        while true {
                            let (message, descriptor) = try fake.socket.receiveWithDescriptor()
                            if descriptor >= 0 { close(descriptor) }
                            if message.kind == .drop { continue }
                            if message.kind == .open, generator.next() % 4 > 0 {
                                try fake.say(.opened)
                                continue
                            }
                            let kind = DecoderMessage.Kind.allCases.randomElement(using: &generator) ?? .ready
                            let numbers = (0..<kind.numberCount).map { _ in
                                interesting.randomElement(using: &generator) ?? 0
                            }
                            try fake.say(kind, numbers, text: kind == .failed ? "a\0b\0c" : "")
                        }
                    }
                    Issue.record("four frames out of nothing")
                } catch is DecoderConnection.Fault {}
            }
        }

        @Test("messages are read as they were written")
        func messages() {
            for kind in DecoderMessage.Kind.allCases {
                let message = DecoderMessage(
                    kind, (0..<kind.numberCount).map { Int64($0) - 1 << 40 }, text: kind == .failed ? "é\0x\0y" : "")
                let bytes = message.bytes
                #expect(bytes.withUnsafeBytes { DecoderMessage($0) } == message)
                for count in 0..<bytes.count where kind != .failed {
                    #expect(bytes.prefix(count).withUnsafeBytes { DecoderMessage($0) } == nil)
                }
            }
        }
    }
#endif
