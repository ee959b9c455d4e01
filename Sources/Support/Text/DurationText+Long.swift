extension DurationText {
    /// Returns the duration as a person says it, in at most two units: `2m51s`, `1h02m`.
    package static func long(_ duration: Duration) -> String {
        let seconds = max(0, duration.milliseconds / 1000)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m\(two(seconds % 60))s"
        case ..<86400: "\(seconds / 3600)h\(two(seconds % 3600 / 60))m"
        default: "\(seconds / 86400)d\(two(seconds % 86400 / 3600))h"
        }
    }
}
