/// An opaque colour.
struct CanvasColor: Hashable {
    var red, green, blue: UInt8

    static let white = CanvasColor(red: 255, green: 255, blue: 255)
    static let black = CanvasColor(red: 0, green: 0, blue: 0)
    static let gray = CanvasColor(red: 176, green: 176, blue: 176)

    /// The bytes blue, green, red, 255 in memory.
    var bgra: UInt32 {
        (UInt32(blue) | UInt32(green) << 8 | UInt32(red) << 16 | 0xFF00_0000).littleEndian
    }

    /// The colour of an object: the same for the same ID, on every machine, and never too dark to be seen.
    static func of(_ objectID: String) -> CanvasColor {
        // FNV-1a; its low bits alone are weak, so they are mixed.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in objectID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        hash ^= hash >> 33
        // Hues at equal distances, which the eye tells apart, each in a light and a strong shade.
        let hue = Double(hash % 24) * 15
        let isLight = hash >> 32 & 1 == 0
        return CanvasColor(hue: hue, saturation: isLight ? 0.55 : 0.95, value: isLight ? 1 : 0.95).lifted
    }

    /// - Parameter hue: degrees.
    private init(hue: Double, saturation: Double, value: Double) {
        func channel(_ offset: Double) -> UInt8 {
            let k = (offset + hue / 60).truncatingRemainder(dividingBy: 6)
            return UInt8((value - value * saturation * max(0, min(k, 4 - k, 1))) * 255)
        }
        self.init(red: channel(5), green: channel(3), blue: channel(1))
    }

    init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Pure blue is nearly black to the eye: mixed with white until it is not.
    private var lifted: CanvasColor {
        var color = self
        while color.luminance < 0.16 {
            color = CanvasColor(
                red: color.red + (255 - color.red) / 8, green: color.green + (255 - color.green) / 8,
                blue: color.blue + (255 - color.blue) / 8)
        }
        return color
    }

    /// Black or white, whichever can be read better on this colour.
    var textColor: CanvasColor {
        // Contrast is (lighter + 0.05) / (darker + 0.05), as WCAG 2 defines it.
        1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? .white : .black
    }

    /// Relative luminance, 0…1, as WCAG 2 defines it; the transfer curve is taken for a plain power.
    private var luminance: Double {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value * value * value.squareRoot().squareRoot()
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}
