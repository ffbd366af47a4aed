/// When a scene plays, which decides light, sky and shadows.
public enum TimeOfDay: String, Sendable, Hashable, CaseIterable {
    /// Low sun, cool light.
    case morning
    /// High sun, short shadows.
    case noon
    /// Low sun, warm light, long shadows.
    case evening
    /// Grey sky, faint shadows.
    case overcast
    /// After sunset: windows and lamps are lit.
    case dusk
}
