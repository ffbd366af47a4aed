import Foundation
import Synchronization
import Testing

@testable import Media

/// The built program, which decodes when it is asked to.
let lapwingExecutable = Bundle.main.bundleURL.appendingPathComponent("lapwing").path

#if os(Linux)
    @Suite("IsolatedDecoder", .serialized)
    struct IsolatedDecoderTests {
        private func decoder(
            memory: Int = 1 << 30, threads: Int = 1, picturesAhead: Int = 3, executable: String = lapwingExecutable,
            patience: Duration? = nil, events: Events = Events()
        ) -> IsolatedDecoder {
            IsolatedDecoder(
                .init(
                    executable: executable, memory: memory, threads: threads, picturesAhead: picturesAhead,
                    patience: patience)
            ) { events.add($0) }
        }

        private func frames(
            _ decoder: IsolatedDecoder, _ chunk: Chunk, beforeFrame: (Int) throws -> Void = { _ in }
        ) throws -> [(index: Int, pts: Int64, md5: String?)] {
            let source = try decoder.open(chunk.bytes, info: chunk.decodingInfo(name: "chunk \(chunk.index)"))
            var frames: [(index: Int, pts: Int64, md5: String?)] = []
            try beforeFrame(0)
            while let frame = try source.next() {
                frames.append((frame.index, frame.pts, frame.image?.md5))
                try beforeFrame(frames.count)
            }
            return frames
        }

        @Test(
            "gives what a decoder in this process gives",
            arguments: [
                Clip.h264, .h264OpenGOP, .hevcOpen, .mpeg2, .vp9, .av1, .ffv1, .everyFrameKey, .mpeg4BFramesAVI,
            ])
        func sameFrames(clip: Clip) throws {
            let events = Events()
            let isolated = decoder(events: events)
            for chunk in try chunks(of: try clip.make(), seconds: 0.5) {
                let expected = try decode(chunk)
                let found = try frames(isolated, chunk)
                #expect(found.map(\.md5) == expected.map(\.md5))
                #expect(found.map(\.index) == expected.map(\.index))
                #expect(found.map(\.pts) == expected.map(\.pts))
            }
            #expect(isolated.restarts == 0)
            #expect(events.protections == [.full])
        }

        @Test(
            "gives the same of damaged chunks, with the same words where there is nothing to give", arguments: [1, 3])
        func damage(threads: Int) throws {
            let isolated = decoder(threads: threads)
            for (round, clip) in [Clip.h264, .hevcOpen, .mpeg2, .vp9, .everyFrameKey].enumerated() {
                for piece in try chunks(of: try clip.make(), seconds: 0.5).prefix(3) {
                    var chunk = piece
                    var generator = SplitMix(state: UInt64(round + 1))
                    for _ in 0..<12 {
                        chunk.bytes[Int(generator.next() % UInt64(chunk.bytes.count))] ^= UInt8(
                            truncatingIfNeeded: generator.next() | 1)
                    }
                    var expected: [(index: Int, pts: Int64, md5: String?)] = []
                    var reasons: [String] = []
                    do { expected = try decode(chunk) } catch { reasons.append("\(error)") }
                    var found: [(index: Int, pts: Int64, md5: String?)] = []
                    do { found = try frames(isolated, chunk) } catch { reasons.append("\(error)") }
                    #expect(found.map(\.md5) == expected.map(\.md5))
                    #expect(Set(reasons).count <= 1, "\(reasons)")
                    #expect(reasons.count != 1, "\(reasons)")
                }
            }
            #expect(isolated.restarts == 0)
        }

        @Test("keeps rotation, pixel aspect ratio and colours")
        func properties() throws {
            let path = Clip.path("isolated-properties.mp4")
            _ = try FFmpegTool.ffmpeg([
                "-f", "lavfi", "-i", "testsrc2=size=178x98:rate=10", "-frames:v", "5", "-vf", "setsar=4/3", "-c:v",
                "libx264", "-pix_fmt", "yuv422p10le", "-colorspace", "bt709", "-color_range", "pc", path,
            ])
            let chunk = try #require(try chunks(of: path, seconds: 1).first)
            var info = chunk.decodingInfo(name: "chunk")
            info.rotation = 90
            let local = try ChunkDecoder(bytes: chunk.bytes, info: info)
            let isolated = decoder()
            let source = try isolated.open(chunk.bytes, info: info)
            let scaler = FrameScaler(width: 64, height: 64, mode: .exact)
            var count = 0
            while let expected = try local.next()?.image {
                let image = try #require(try source.next()?.image)
                #expect(image.rotation == 90 && image.width == expected.width && image.height == expected.height)
                #expect(image.pixelAspectRatio == expected.pixelAspectRatio)
                #expect(image.pixelAspectRatio == Rational(3, 4))
                #expect(
                    PictureDescription(image.pointer.pointee) == PictureDescription(expected.pointer.pointee))
                #expect(try scaler.bgrBytes(of: image) == scaler.bgrBytes(of: expected))
                count += 1
            }
            #expect(count == 5)
            #expect(try source.next() == nil)
        }

        @Test("frames outlive the decoder, and may be freed elsewhere; slots are used again")
        func lifetime() async throws {
            let chunk = try #require(try chunks(of: try Clip.h264.make(), seconds: 1e9).first)
            let expected = try decode(chunk)
            var isolated: IsolatedDecoder? = decoder()
            var kept: [VideoFrame] = []
            var source = try isolated?.open(chunk.bytes, info: chunk.decodingInfo(name: "chunk"))
            while let frame = try source?.next() { kept.append(try #require(frame.image)) }
            #expect(isolated?.freeSlotCount == 0)
            source = nil
            #expect(kept.map(\.md5) == expected.map(\.md5))
            kept.removeLast(kept.count / 2)
            isolated = nil
            #expect(kept.map(\.md5) == expected.prefix(kept.count).map(\.md5))
            nonisolated(unsafe) let rest = kept
            kept = []
            await Task.detached { #expect(rest.map(\.md5) == expected.prefix(rest.count).map(\.md5)) }.value

            let again = decoder()
            for _ in 0..<3 {
                #expect(try frames(again, chunk).map(\.md5) == expected.map(\.md5))
                // Nobody held more than one at a time.
                #expect(again.freeSlotCount <= 4)
            }
        }

        @Test("pictures of other sizes come after each other, also where a chunk is given up half-way")
        func changingSizes() throws {
            let isolated = decoder()
            for (name, size) in [("small", "64x48"), ("large", "1280x720"), ("tiny", "32x32"), ("large2", "640x360")] {
                let path = Clip.path("isolated-\(name).mp4")
                _ = try FFmpegTool.ffmpeg([
                    "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=10", "-frames:v", "12", "-c:v", "libx264",
                    "-preset", "ultrafast", "-pix_fmt", "yuv420p", path,
                ])
                let chunk = try #require(try chunks(of: path, seconds: 1e9).first)
                let half = try isolated.open(chunk.bytes, info: chunk.decodingInfo(name: "half"))
                for _ in 0..<5 { _ = try half.next() }
                #expect(try frames(isolated, chunk).map(\.md5) == decode(chunk).map(\.md5))
                #expect(throws: CancellationError.self) { _ = try half.next() }
            }
            #expect(isolated.restarts == 0)
        }

        // MARK: Death

        @Test("a crash in the middle costs the chunk; the next one is decoded by a new process", arguments: [0, 3, 20])
        func crash(at frame: Int) throws {
            let events = Events()
            let isolated = decoder(events: events)
            let all = try chunks(of: try Clip.h264.make(), seconds: 0.9)
            let chunk = try #require(all.first)
            #expect(chunk.frameCount > 20)
            do {
                _ = try frames(isolated, chunk) { count in
                    if count == frame { kill(try #require(isolated.processID), SIGSEGV) }
                }
                Issue.record("the chunk was decoded")
            } catch let error as MediaError {
                #expect(error.code == .decoderDied)
                #expect(error.detail.contains("signal 11"), "\(error)")
            }
            #expect(isolated.restarts == 0)
            for chunk in all {
                #expect(try frames(isolated, chunk).map(\.md5) == decode(chunk).map(\.md5))
            }
            #expect(isolated.restarts == 1)
            #expect(events.ends.count == 1)
        }

        @Test("ended by SIGKILL, as when memory is short, a chunk is tried once more, and goes on where it was")
        func killed() throws {
            let isolated = decoder()
            let chunk = try #require(try chunks(of: try Clip.h264.make(), seconds: 1e9).first)
            let found = try frames(isolated, chunk) { count in
                if count == 7 { kill(try #require(isolated.processID), SIGKILL) }
            }
            #expect(found.map(\.md5) == (try decode(chunk).map(\.md5)))
            #expect(isolated.restarts == 1)
            let error = #expect(throws: MediaError.self) {
                _ = try frames(isolated, chunk) { count in
                    if count == 7 || count == 11 { kill(try #require(isolated.processID), SIGKILL) }
                }
            }
            #expect(error?.code == .decoderDied)
        }

        @Test("a process that dies between two chunks costs none")
        func deathBetween() throws {
            let isolated = decoder()
            let all = try chunks(of: try Clip.h264.make(), seconds: 0.5)
            for chunk in all {
                #expect(try frames(isolated, chunk).map(\.md5) == decode(chunk).map(\.md5))
                let id = try #require(isolated.processID)
                kill(id, SIGSEGV)
                while kill(id, 0) == 0 { sched_yield() }
            }
            #expect(isolated.restarts == all.count - 1)
        }

        @Test("a process that does not answer in time is ended, and that costs the chunk")
        func hang() throws {
            let isolated = decoder(patience: .seconds(2))
            let chunk = try #require(try chunks(of: try Clip.h264.make(), seconds: 1e9).first)
            var stopped: Int32 = 0
            let error = #expect(throws: MediaError.self) {
                _ = try frames(isolated, chunk) { count in
                    guard count == 2 else { return }
                    stopped = try #require(isolated.processID)
                    kill(stopped, SIGSTOP)
                }
            }
            #expect(error?.code == .limitExceeded)
            #expect(kill(stopped, 0) != 0, "it is still there")
            #expect(try frames(isolated, chunk).count == chunk.frameCount)
            #expect(isolated.restarts == 1)
        }

        @Test("a program that cannot be started, or dies at once, is an error that stops, not one of the chunk")
        func doesNotStart() throws {
            let chunk = try #require(try chunks(of: try Clip.h264.make(), seconds: 1e9).first)
            for program in ["/none/lapwing", "/bin/true", "/bin/cat"] {
                let isolated = decoder(executable: program)
                #expect(throws: DecoderProcessError.self) { try isolated.start() }
                #expect(throws: DecoderProcessError.self) {
                    _ = try isolated.open(chunk.bytes, info: chunk.decodingInfo(name: "chunk"))
                }
            }
        }

        @Test("too little memory is the decoder's own error, or its end: either costs the chunk")
        func littleMemory() throws {
            let path = Clip.path("isolated-wide.mp4")
            _ = try FFmpegTool.ffmpeg([
                "-f", "lavfi", "-i", "testsrc2=size=3840x2160:rate=10", "-frames:v", "3", "-c:v", "libx264", "-preset",
                "ultrafast", "-pix_fmt", "yuv420p", path,
            ])
            let chunk = try #require(try chunks(of: path, seconds: 1e9).first)
            let isolated = decoder(memory: 24 << 20)
            let error = #expect(throws: MediaError.self) { _ = try frames(isolated, chunk) }
            #expect(error?.code == .outOfMemory || error?.code == .decoderDied, "\(error as Any)")
            let small = try #require(try chunks(of: try Clip.h264.make(), seconds: 0.5).first)
            #expect(try frames(isolated, small).count == small.frameCount)
            #expect(try frames(decoder(), chunk).map(\.md5) == decode(chunk).map(\.md5))
        }

        @Test("many restarts leave no process, no descriptor and no memory behind")
        func leaks() throws {
            let chunk = try #require(try chunks(of: try Clip.everyFrameKey.make(), seconds: 1e9).first)
            func open() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
            func maps() throws -> Int {
                try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).components(
                    separatedBy: "lapwing-decoder"
                ).count
            }
            var seen: [Int32] = []
            func round(_ count: Int) throws {
                let isolated = decoder()
                for _ in 0..<count {
                    let source = try isolated.open(chunk.bytes, info: chunk.decodingInfo(name: "chunk"))
                    _ = try source.next()
                    let id = try #require(isolated.processID)
                    seen.append(id)
                    kill(id, SIGSEGV)
                    #expect(throws: MediaError.self) { while try source.next() != nil {} }
                }
            }
            try round(1)
            let (descriptors, mapped) = (try open(), try maps())
            try round(12)
            #expect(try open() == descriptors)
            #expect(try maps() == mapped)
            #expect(seen.allSatisfy { kill($0, 0) != 0 }, "a child is still there, or was not waited for")
        }

        // MARK: Confinement

        @Test(
            "the process has found that it cannot open files or sockets, nor start processes; the system says so, too")
        func confinement() throws {
            let events = Events()
            let isolated = decoder(memory: 300 << 20, events: events)
            try isolated.start()
            #expect(events.protections == [.full])
            let id = try #require(isolated.processID)
            let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
            #expect(status.contains("Seccomp:\t2\n"), "\(status)")
            #expect(status.contains("NoNewPrivs:\t1\n"))
            for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task") {
                let status = try String(contentsOfFile: "/proc/\(id)/task/\(thread)/status", encoding: .utf8)
                #expect(status.contains("Seccomp:\t2\n"), "\(status)")
            }
            let limits = try String(contentsOfFile: "/proc/\(id)/limits", encoding: .utf8)
            for line in limits.split(separator: "\n") {
                let words = line.split(separator: " ")
                if line.hasPrefix("Max core file size") { #expect(words[4] == "0" && words[5] == "0") }
                if line.hasPrefix("Max file size") { #expect(words[3] == "0" && words[4] == "0") }
                if line.hasPrefix("Max open files") { #expect(words[3] == "16" && words[4] == "16") }
                if line.hasPrefix("Max address space") { #expect(Int(words[3]) ?? .max < 4 << 30) }
            }
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").compactMap { Int($0) }
            #expect(open.allSatisfy { $0 <= 4 }, "\(open)")
            let environment = try String(contentsOfFile: "/proc/\(id)/environ", encoding: .utf8)
            #expect(!environment.contains("HOME="))
        }

        @Test("signals with which a service or a terminal asks for an end leave the process alone")
        func signals() throws {
            let isolated = decoder()
            try isolated.start()
            let id = try #require(isolated.processID)
            // What a service manager or a terminal sends to all is for the parent to decide.
            for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] { kill(id, signal) }
            let chunk = try #require(try chunks(of: try Clip.h264.make(), seconds: 1e9).first)
            #expect(try frames(isolated, chunk).count == chunk.frameCount)
            #expect(isolated.processID == id)
        }
    }

    /// What happened to a decoder's processes.
    private final class Events: Sendable {
        private let all = Mutex<[IsolatedDecoder.Event]>([])

        func add(_ event: IsolatedDecoder.Event) { all.withLock { $0.append(event) } }

        var protections: [DecoderProtection] {
            all.withLock { $0.compactMap { if case .started(let protection) = $0 { protection } else { nil } } }
        }
        var ends: [String] {
            all.withLock { $0.compactMap { if case .ended(let reason) = $0 { reason } else { nil } } }
        }
    }
#endif
