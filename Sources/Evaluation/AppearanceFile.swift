import Foundation
public import Tracking

/// Reads what a file of detections looks like: 16-bit numbers, little-endian, as many for each detection, in the order
/// of the detections' rows. A number stands for its 4096th part.
public enum AppearanceFile {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the file; it has no header, so its size tells how many numbers a vector has.
    ///   - count: how many detections there are.
    public static func read(path: String, count: Int) throws(MOTFileError) -> AppearanceVectors {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw MOTFileError(
                .unreadable, file: path, detail: "\(error.localizedDescription); give the path of a readable file")
        }
        return try parse([UInt8](data), count: count, file: path)
    }

    /// Parses a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: the numbers.
    ///   - count: how many detections there are.
    ///   - file: the name that errors show.
    public static func parse(_ bytes: [UInt8], count: Int, file: String) throws(MOTFileError) -> AppearanceVectors {
        if bytes.isEmpty, count == 0 { return AppearanceVectors([], dimension: 1) }
        guard count > 0, !bytes.isEmpty, bytes.count.isMultiple(of: 2 * count) else {
            throw MOTFileError(
                .wrongSize, file: file,
                detail: """
                    \(bytes.count) bytes cannot be shared out among \(count) detections as 16-bit numbers; give the \
                    embeddings of just these detections, in the same order
                    """)
        }
        let values = stride(from: 0, to: bytes.count, by: 2).map { index in
            Float(Int16(bitPattern: UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8)) / 4096
        }
        return AppearanceVectors(values, dimension: values.count / count)
    }
}
