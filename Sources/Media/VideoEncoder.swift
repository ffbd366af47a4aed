internal import CFFmpeg

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Writes pictures into a video file.
///
/// The kind of file follows from the name's ending: `.mp4` (index first, so that it plays while it loads), `.mov`, `.mkv`
/// or `.avi`. The same pictures give the same bytes, whatever the machine's number of cores, with the same version of
/// FFmpeg and of the encoder. Pictures are stored in 4:2:0, which needs even sides: one of odd width or height is stored
/// with its last column or row repeated, so the video is one pixel wider or higher.
///
/// The file is written beside its name, as `PATH.part`, and takes it in ``finish()``; one that is not finished is removed.
/// An encoder belongs to one thread at a time.
public final class VideoEncoder {
    /// The longest side of a picture that is taken.
    public static let maximumSide = 16384

    /// Size in pixels of the pictures that are appended.
    public let width, height: Int
    /// Size in pixels of the video: ``width`` and ``height``, rounded up to even numbers.
    public var storedWidth: Int { (width + 1) & ~1 }
    public var storedHeight: Int { (height + 1) & ~1 }
    /// FFmpeg's name of the encoder, such as `libx264`.
    public var encoderName: String { encoder.name }
    /// How many pictures have been appended.
    public private(set) var frameCount = 0

    private let path: String
    private let format: FileFormat
    private let timeBase: AVRational
    private let frameRate: AVRational
    private let encoder: PictureEncoder
    private let converter: PackedPictureConverter
    private var file: EncodedFile?
    private var lastTime: Int64?
    private var isFinished = false

    private var temporaryPath: String { path + ".part" }

    /// Refuses, before any work, names that no video can be written under.
    ///
    /// - Throws: code `.unsupported` for an ending that says no kind of file that can be written, `.unwritable` for the
    ///   name of a folder.
    public static func check(path: String) throws(MediaError) {
        _ = try FileFormat(path: path)
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
        throw MediaError(
            .unwritable, operation: "stat", detail: "'\(path)' is a folder; give the name of a file to be written")
    }

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - path: the file to write; an existing one is replaced at the end. Its folder must exist.
    ///   - width: of the pictures, in pixels; 1 to ``maximumSide``.
    ///   - height: of the pictures, in pixels; 1 to ``maximumSide``.
    ///   - frameRate: frames per second; of a video whose rate varies, the average one.
    ///   - timeBase: seconds per tick of the times given to ``append(bgra:stride:pts:)``; nil: one frame. Matroska rounds
    ///     times to milliseconds.
    ///   - pixelAspectRatio: width of a pixel divided by its height.
    ///   - codec: see ``Codec``.
    ///   - quality: see ``Quality``.
    public init(
        path: String, width: Int, height: Int, frameRate: Rational, timeBase: Rational? = nil,
        pixelAspectRatio: Rational = Rational(1, 1), codec: Codec = .automatic, quality: Quality = .standard
    ) throws(MediaError) {
        FFmpegLibrary.prepare()
        let sides = 1...Self.maximumSide
        guard sides.contains(width), sides.contains(height) else {
            throw MediaError(
                .unsupported, operation: "encode",
                detail: "'\(path)': pictures of \(width) × \(height) pixels cannot be encoded; "
                    + "1 to \(Self.maximumSide) on each side can")
        }
        guard let rate = frameRate.avRational else {
            throw MediaError(
                .unsupported, operation: "encode",
                detail: "'\(path)': a frame rate of \(frameRate.numerator)/\(frameRate.denominator) is none")
        }
        let base = timeBase ?? Rational(frameRate.denominator, frameRate.numerator)
        guard let base = base.avRational else {
            throw MediaError(
                .unsupported, operation: "encode",
                detail: "'\(path)': a time base of \(base.numerator)/\(base.denominator) is none")
        }
        self.path = path
        self.width = width
        self.height = height
        format = try FileFormat(path: path)
        try Self.check(path: path)
        self.frameRate = rate
        self.timeBase = format.hasTimes ? base : AVRational(num: rate.den, den: rate.num)
        let file = try EncodedFile(path: path + ".part", name: path, format: format)
        do throws(MediaError) {
            converter = try PackedPictureConverter(width: width, height: height)
            encoder = try PictureEncoder(
                codec: codec, quality: quality, width: converter.storedWidth, height: converter.storedHeight,
                frameRate: rate, timeBase: self.timeBase,
                pixelAspectRatio: pixelAspectRatio.avRational ?? AVRational(num: 1, den: 1), format: format,
                coefficients: converter.colorSpace, path: path
            )
            try file.begin(with: encoder)
        } catch {
            unlink(path + ".part")
            throw error
        }
        self.file = file
    }

    deinit {
        guard !isFinished else { return }
        file = nil
        unlink(temporaryPath)
    }

    /// Adds the next picture.
    ///
    /// - Parameters:
    ///   - pixels: ``height`` rows of ``width`` pixels of four bytes: blue, green, red, and one that does not count.
    ///   - stride: bytes from one row to the next; at least four times the width.
    ///   - pts: when the picture is shown, in ticks of the time base; nil: as its number and the frame rate
    ///     say. Times must grow; one that does not is moved to a tick after the one before. AVI has no times: there
    ///     it does not count.
    public func append(bgra pixels: UnsafeRawBufferPointer, stride: Int, pts: Int64? = nil) throws(MediaError) {
        precondition(stride >= width * 4 && pixels.count >= stride * (height - 1) + width * 4)
        guard let file else {
            throw MediaError(.unwritable, operation: "encode", detail: "'\(path)' is complete; nothing can be added")
        }
        let frame = try converter.convert(pixels, stride: stride)
        let time = try nextTime(pts)
        frame.pointee.pts = time
        // How long it is shown is not known yet; this counts for the last picture only.
        encoder.note(time: time, duration: max(1, ticks(perFrames: 1)))
        try encoder.send(frame)
        try drain(into: file)
        frameCount += 1
    }

    /// Completes the file, which then appears under its name.
    public func finish() throws(MediaError) {
        guard let file else { return }
        guard frameCount > 0 else {
            throw MediaError(.unwritable, operation: "encode", detail: "'\(path)': there are no pictures to write")
        }
        try encoder.send(nil)
        try drain(into: file)
        try file.finish()
        self.file = nil
        guard rename(temporaryPath, path) == 0 else {
            let cause = String(cString: strerror(errno))
            throw MediaError(
                .unwritable, operation: "rename", detail: "'\(path)' cannot be written: \(cause); check the path")
        }
        isFinished = true
    }

    private func drain(into file: EncodedFile) throws(MediaError) {
        while let packet = try encoder.receive() {
            try file.write(packet, timeBase: timeBase)
        }
    }

    private func nextTime(_ pts: Int64?) throws(MediaError) -> Int64 {
        var time = ticks(perFrames: Int64(frameCount))
        if format.hasTimes {
            if let pts {
                guard sensibleTimes.contains(pts) else {
                    throw MediaError(
                        .unsupported, operation: "encode", detail: "'\(path)': the time \(pts) is out of range")
                }
                time = pts
            }
            if let lastTime { time = max(time, lastTime + 1) }
        }
        lastTime = time
        return time
    }

    private func ticks(perFrames count: Int64) -> Int64 {
        rescale(count, from: AVRational(num: frameRate.den, den: frameRate.num), to: timeBase)
    }
}
