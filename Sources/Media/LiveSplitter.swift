internal import CFFmpeg

/// Cuts what comes from a source without end into chunks, as soon as it can be, without encoding anything again.
///
/// A chunk is one group of pictures or several, as many as do not take longer than asked for; it is cut when the first
/// pictures of the next group are here. A group that takes longer is a chunk by itself. Frames before the first key frame
/// are left out: nothing could decode them. A splitter reads one connection and belongs to one thread at a time.
///
/// Its chunks count from 0, and none of them is the last: where they belong in the video is known elsewhere.
public final class LiveSplitter {
    /// Why no more chunks come.
    public enum Ending: Sendable, Hashable {
        /// Somebody, or the time of day, has ended reading for good.
        case stopped
        /// The source has ended, in its own words if it gave any.
        case ended(String?)
        /// Times have jumped: what follows begins anew.
        case jumped
        /// What came cannot be put into a chunk; its frames, so many, are lost.
        case unusable(String, frames: Int)
    }

    /// Nil while there may be more.
    public private(set) var ending: Ending?
    /// The time of day, in seconds since 1970, at which the source's clock showed 0, as far as what came since the chunk
    /// before tells: nothing arrives before it was filmed.
    public private(set) var epoch: Double?
    /// The longest group of pictures so far, in seconds.
    public private(set) var longestGroup = 0.0

    private let demuxer: Demuxer
    private let interrupt: ReadInterrupt
    private let patience: Duration
    private let isPaced: Bool
    private let clock: () -> Double
    private let target: Int64
    private let maxBytes: Int
    private let timeBase: Double
    private var parameters: StreamParameters
    private var container: ChunkContainer?

    /// Whether the last packet came only since waiting for more had taken too long.
    private var isSilent = false
    /// What came behind a jump.
    private var carried: Packet?

    /// Whole groups that are in no chunk yet, and the one that is still growing.
    private var groups: [GroupOfPictures] = []
    private var growing = GroupOfPictures()
    /// The group before the first of ``groups``, if that one is open.
    private var preroll: GroupOfPictures?
    private var arriving = Double.infinity
    private var newest: (time: Int64, arrival: Double)?
    private var frameIndex = 0
    private var index = 0

    /// - Parameters:
    ///   - targetSeconds: how long chunks are at most, where groups of pictures are not longer.
    ///   - maxBytes: how large chunks may be.
    ///   - interrupt: the demuxer's.
    ///   - patience: how long nothing may come before the source counts as lost.
    ///   - isPaced: whether frames come as they are filmed, so that the time of day says something about them.
    ///   - clock: the time of day, in seconds since 1970.
    public init(
        demuxer: Demuxer, targetSeconds: Double, maxBytes: Int, interrupt: ReadInterrupt, patience: Duration,
        isPaced: Bool, clock: @escaping () -> Double = { WallTime.now }
    ) {
        self.demuxer = demuxer
        self.maxBytes = maxBytes
        self.interrupt = interrupt
        self.patience = patience
        self.isPaced = isPaced
        self.clock = clock
        timeBase = demuxer.stream.timeBase.value
        target = Int64(min(max(targetSeconds / timeBase, 0), 0x1p60).rounded(.up))
        parameters = demuxer.parameters
    }

    /// Goes on with what comes from the same demuxer behind a jump.
    ///
    /// - Parameter other: the splitter that came to the jump.
    public func follow(_ other: LiveSplitter) {
        if let packet = other.carried.take() { take(packet) }
    }

    /// The next chunk; nil when ``ending`` says why there is none.
    public func next() -> Chunk? {
        while true {
            if let (count, isOpen) = plannedCut() {
                do throws(MediaError) {
                    return try emit(count, nextIsOpen: isOpen)
                } catch {
                    let lost = groups.reduce(growing.displayedCount) { $0 + $1.displayedCount }
                    groups = []
                    growing = GroupOfPictures()
                    ending = .unusable(error.detail, frames: lost)
                }
            }
            if ending != nil { return nil }
            read()
        }
    }

    // MARK: Packets in

    private func read() {
        if interrupt.isStopped { return end(.stopped) }
        if isSilent { return end(.ended(silence)) }
        interrupt.expect(within: patience)
        do throws(MediaError) {
            if let packet = try demuxer.next() {
                // What a parser still had comes out when reading is interrupted; asking again would wait once more.
                isSilent = interrupt.isDue
                return take(packet)
            }
            end(.ended(interrupt.isDue ? silence : demuxer.truncation))
        } catch {
            end(.ended(interrupt.isDue ? silence : error.detail))
        }
    }

    private var silence: String { "nothing has come for \(patience.components.seconds) s" }

    private func end(_ reason: Ending) {
        ending = interrupt.isStopped ? .stopped : reason
        if !growing.packets.isEmpty { groups.append(growing) }
        growing = GroupOfPictures()
    }

    private func take(_ packet: Packet) {
        let arrival = clock()
        if let time = packet.pts ?? packet.dts {
            if hasJumped(to: time, arrival) {
                carried = packet
                return end(.jumped)
            }
            newest = (max(time, newest?.time ?? time), arrival)
        }
        let startsGroup = packet.isKey && !packet.isRollingRefresh && !packet.isContinuation
        if startsGroup, !growing.packets.isEmpty {
            groups.append(growing)
            longestGroup = max(longestGroup, seconds(packet.pts.map { $0 - growing.start } ?? 0))
            growing = GroupOfPictures()
        }
        guard startsGroup || !growing.packets.isEmpty else { return }
        growing.append(packet)
        if let pts = packet.pts { arriving = min(arriving, arrival - seconds(pts)) }
        if growing.room + fixedRoom > maxBytes || growing.packets.count > demuxer.limits.maxPacketsPerChunk / 2 {
            let frames = growing.displayedCount
            growing = GroupOfPictures()
            end(.unusable("no key frame came within --max-chunk-bytes (\(maxBytes) bytes)", frames: frames))
        }
    }

    /// Whether the source's clock has been set, or it is another recording that comes now.
    private func hasJumped(to time: Int64, _ arrival: Double) -> Bool {
        guard let newest else { return false }
        let step = seconds(time - newest.time)
        return step < -2 || isPaced && step > arrival - newest.arrival + 10
    }

    private func seconds(_ ticks: Int64) -> Double { Double(ticks) * timeBase }

    private var fixedRoom: Int { (1 << 12) + parameters.withExtradata { $0.count } }

    // MARK: Chunks out

    /// How many of ``groups`` the next chunk takes, and whether the group after them is open; nil where more must come to
    /// know.
    private func plannedCut() -> (count: Int, nextIsOpen: Bool)? {
        guard let first = groups.first, let last = groups.last else { return nil }
        if let changed = groups.indices.dropFirst().first(where: { groups[$0].newExtradata != nil }) {
            return (changed, false)
        }
        if ending != nil { return (groups.count, false) }
        // Pictures that are shown before a key frame come right behind it; where each group is a single picture, none do.
        guard growing.displayedCount > 1 || groups.allSatisfy({ $0.packets.count == 1 }) else { return nil }
        if growing.newExtradata != nil { return (groups.count, false) }
        let span = growing.start - first.earliest
        let room = groups.reduce(growing.room) { $0 + $1.room } + (preroll?.room ?? 0) + fixedRoom
        let count = groups.reduce(growing.packets.count) { $0 + $1.packets.count }
        let isFull = room > maxBytes || count > demuxer.limits.maxPacketsPerChunk / 2
        if growing.isClosed {
            return isFull || span + (growing.start - last.start) > target ? (groups.count, false) : nil
        }
        return isFull || span >= 2 * target ? (groups.count, true) : nil
    }

    private func emit(_ count: Int, nextIsOpen: Bool) throws(MediaError) -> Chunk {
        if let extradata = groups[0].newExtradata { parameters = try parameters.replacing(extradata: extradata) }
        let taken = groups[..<count]
        let own = taken.flatMap(\.packets)
        let before = preroll?.packets ?? []
        let packets = before + own
        let displayed = taken.reduce(0) { $0 + $1.displayedCount }
        let pts = displayed > 0 ? taken.map(\.earliest).min() ?? 0 : own.first?.pts ?? 0
        let latest = max(taken.map(\.latest).max() ?? pts, pts)
        let step = displayed > 1 ? max(1, (latest - pts) / Int64(displayed - 1)) : usualStep
        let (written, container) = try write(packets, step: step)
        self.container = container
        let next = count < groups.count ? groups[count] : growing
        let following = next.displayedCount > 0 ? next.earliest : nil
        // A group that is cut off by a jump, or by the end, lasts as long as its last frame.
        let end = following.map { $0 > latest ? $0 : latest + step } ?? latest + step
        let chunk = Chunk(
            index: index, bytes: written.bytes, container: container, stream: demuxer.stream, firstFrame: frameIndex,
            frameCount: displayed, prerollFrames: before.count(where: \.isDisplayed), prerollPackets: before.count,
            hiddenPackets: packets.indices.filter { $0 >= before.count && !packets[$0].isDisplayed }, pts: pts,
            startPTS: 0, duration: end - pts, timestampShift: written.timestampShift, exactPTS: written.exactPTS,
            isLast: false)
        index += 1
        frameIndex += displayed
        preroll = nextIsOpen ? taken.last : nil
        groups.removeFirst(count)
        epoch = arriving.isFinite ? arriving : epoch
        arriving = .infinity
        return chunk
    }

    private var usualStep: Int64 {
        let rate = demuxer.stream.frameRate?.value ?? 25
        return Int64(min(max((1 / (rate * timeBase)).rounded(), 1), 0x1p40))
    }

    /// Writes the chunk as MP4, or as Matroska where MP4 cannot carry the video.
    private func write(_ packets: [Packet], step: Int64) throws(MediaError) -> (ChunkWriter.Result, ChunkContainer) {
        let candidates = container.map { [$0] } ?? [.mp4, .matroska].filter { $0.carries(parameters.codecID) }
        var failure: MediaError?
        for container in candidates {
            let writer = ChunkWriter(
                container: container, parameters: parameters, timeBase: demuxer.stream.timeBase,
                name: "chunk \(index) of '\(demuxer.name)'", limits: demuxer.limits, step: step)
            do throws(MediaError) {
                return (try writer.write(packets) { _, _ in }, container)
            } catch {
                failure = failure ?? error
            }
        }
        throw failure
            ?? MediaError(
                .unsupported, operation: "split",
                detail: "'\(demuxer.name)': neither MP4 nor Matroska can carry codec '\(demuxer.stream.codec)'; set "
                    + "the camera to H.264")
    }
}
