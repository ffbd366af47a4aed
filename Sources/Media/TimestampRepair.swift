internal import CFFmpeg

/// Gives every packet of a stream a presentation time, where the container lacks some, and joins times that jump back.
///
/// AVI stores only the order of decoding; raw streams store no times at all. The order of presentation is then in the
/// pictures themselves: a B-picture of MPEG-1, 2 and 4 is shown when it is decoded, every other one when its successor
/// among the others is decoded; H.264 and HEVC number their pictures in display order between resets.
struct TimestampRepair {
    private enum Order { case asDecoded, pictureType, displayNumber }

    private let codecID: AVCodecID
    private let order: Order
    private let parser: PacketParser?
    private let step: Int64
    private let joinsDiscontinuities: Bool
    private let backwardJump: Int64

    /// Packets that wait for times, in decoding order, with what their headers say.
    private var waiting: [(packet: Packet, picture: PacketParser.Picture?)] = []
    private var ready: [Packet] = []
    private var readyHead = 0
    private var nextDTS: Int64?
    private var delay: Int
    private var offset: Int64 = 0
    private var newestTime: Int64?
    private var newestPTS: Int64?

    /// Whether every packet's headers are read: H.264 stores fields of a frame apart, and calls pictures key frames that
    /// are only the end of a rolling refresh.
    private let inspectsAll: Bool
    private var openField = AV_PICTURE_STRUCTURE_UNKNOWN

    init(stream: UnsafeMutablePointer<AVStream>, parameters: StreamParameters, container: FormatInput) {
        let timeBase = stream.pointee.time_base
        var rate = stream.pointee.avg_frame_rate
        if rate.num <= 0 || rate.den <= 0 { rate = stream.pointee.r_frame_rate }
        if rate.num <= 0 || rate.den <= 0 { rate = AVRational(num: 25, den: 1) }
        // No real file needs the upper bound; it keeps sums of steps from overflowing.
        step = min(max(1, rescale(1, from: AVRational(num: rate.den, den: rate.num), to: timeBase)), 1 << 40)
        delay = max(0, Int(parameters.codecParameters.pointee.video_delay))
        let id = parameters.codecID
        let descriptor = avcodec_descriptor_get(id)
        let mayReorder = (descriptor?.pointee.props ?? 0) & AV_CODEC_PROP_REORDER != 0
        if !mayReorder {
            order = .asDecoded
            parser = nil
        } else {
            parser = PacketParser(parameters: parameters.codecParameters)
            let numbered = id == AV_CODEC_ID_H264 || id == AV_CODEC_ID_HEVC
            order = parser == nil ? .asDecoded : numbered ? .displayNumber : .pictureType
        }
        inspectsAll = id == AV_CODEC_ID_H264
        codecID = id
        let flags = container.context.pointee.iformat?.pointee.flags ?? 0
        joinsDiscontinuities = flags & AVFMT_TS_DISCONT != 0
        backwardJump = max(step, rescale(1, from: AVRational(num: 1, den: 1), to: timeBase))
    }

    /// Takes the next packet in decoding order.
    mutating func push(_ packet: Packet) {
        // RFC 6386, 9.1: bit 4 of a frame's first byte says whether it is shown.
        if codecID == AV_CODEC_ID_VP8 {
            packet.isInvisible = packet.withBytes { bytes in bytes.first.map { $0 & 0x10 == 0 } ?? false }
        }
        joinDiscontinuity(packet)
        let picture = inspectsAll || packet.pts == nil ? parser?.parse(packet) : nil
        if inspectsAll, let picture { inspect(packet, picture) }
        if packet.isContinuation, packet.pts == nil, waiting.isEmpty { packet.pts = newestPTS }
        newestPTS = packet.pts ?? newestPTS
        if packet.pts != nil {
            let time = packet.dts ?? packet.pts
            nextDTS = time.map { after($0, packet) } ?? nextDTS
            // A B-picture whose reference waits for its time must not overtake it.
            if order == .pictureType, !waiting.isEmpty, parser?.parse(packet).type == AV_PICTURE_TYPE_B {
                waiting.append((packet, nil))
                return
            }
            settle(nextReference: time)
            ready.append(packet)
            return
        }
        let dts = packet.dts ?? nextDTS ?? 0
        packet.dts = dts
        nextDTS = after(dts, packet)
        switch order {
        case .asDecoded:
            packet.pts = dts
            ready.append(packet)
        case .pictureType:
            if picture?.type != AV_PICTURE_TYPE_B { settle(nextReference: dts) }
            waiting.append((packet, picture))
        case .displayNumber:
            if packet.isKey, let number = picture?.displayOrder, number <= (waiting.first?.picture?.displayOrder ?? 0) {
                settle()
            }
            waiting.append((packet, picture))
        }
    }

    /// When the packet's successor is decoded; within bounds that no real file reaches.
    private func after(_ time: Int64, _ packet: Packet) -> Int64 {
        min(time + (packet.duration ?? step), sensibleTimes.upperBound)
    }

    private mutating func inspect(_ packet: Packet, _ picture: PacketParser.Picture) {
        let isField =
            picture.structure == AV_PICTURE_STRUCTURE_TOP_FIELD
            || picture.structure == AV_PICTURE_STRUCTURE_BOTTOM_FIELD
        if isField, openField != AV_PICTURE_STRUCTURE_UNKNOWN, openField != picture.structure {
            packet.isContinuation = true
            openField = AV_PICTURE_STRUCTURE_UNKNOWN
        } else {
            openField = isField ? picture.structure : AV_PICTURE_STRUCTURE_UNKNOWN
        }
        packet.isRollingRefresh =
            picture.type == AV_PICTURE_TYPE_P || picture.type == AV_PICTURE_TYPE_B
    }

    /// Says that no packet follows.
    mutating func finish() { settle() }

    /// The next packet that has its times; nil where more packets are needed.
    mutating func next() -> Packet? {
        guard readyHead < ready.count else { return nil }
        defer {
            readyHead += 1
            if readyHead == ready.count {
                ready.removeAll(keepingCapacity: true)
                readyHead = 0
            }
        }
        return ready[readyHead]
    }

    /// Recordings that were joined, or a camera that was restarted: times start again. They go on instead, so that
    /// later frames stay later.
    private mutating func joinDiscontinuity(_ packet: Packet) {
        guard joinsDiscontinuities, let time = packet.dts ?? packet.pts else { return }
        if let newest = newestTime, newest < sensibleTimes.upperBound, time + offset < newest - backwardJump {
            offset = newest &+ step &- time
        }
        if offset != 0 {
            packet.pts = packet.pts.map { $0 + offset }
            packet.dts = packet.dts.map { $0 + offset }
        }
        newestTime = max(newestTime ?? .min, time + offset)
    }

    /// Gives times to all packets that wait.
    private mutating func settle(nextReference: Int64? = nil) {
        guard !waiting.isEmpty else { return }
        switch order {
        case .asDecoded: break
        case .pictureType:
            for (packet, picture) in waiting where packet.pts == nil {
                packet.pts = picture?.type == AV_PICTURE_TYPE_B ? packet.dts : nextReference ?? nextDTS
            }
        case .displayNumber:
            settleByNumber()
        }
        ready.append(contentsOf: waiting.map(\.packet))
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func settleByNumber() {
        let shown = waiting.indices.sorted {
            (waiting[$0].picture?.displayOrder ?? 0, $0) < (waiting[$1].picture?.displayOrder ?? 0, $1)
        }
        for (rank, position) in shown.enumerated() { delay = max(delay, position - rank) }
        let times = waiting.map { $0.packet.dts ?? 0 }
        for (rank, position) in shown.enumerated() {
            let slot = rank + delay
            let beyond = Int64(max(0, slot - (times.count - 1)))
            waiting[position].packet.pts = times[min(slot, times.count - 1)] + beyond * step
        }
    }
}
