package import GRDB

/// The values of a row whoever wrote it. A file may hold text in a column of numbers, or null where none should be:
/// GRDB's subscripts end the process then, and these return nil.
extension Row {
    private func value(_ column: String) -> DatabaseValue? {
        (self[column] as (any DatabaseValueConvertible)?)?.databaseValue
    }

    /// Text; nil if the column has none, or does not exist.
    package func text(_ column: String) -> String? { value(column).flatMap(String.fromDatabaseValue) }

    /// A whole number; nil if the column has none, or does not exist.
    package func number(_ column: String) -> Int64? { value(column).flatMap(Int64.fromDatabaseValue) }

    /// The last second of the year 9999. Arithmetic with no later times, also in milliseconds, cannot overflow.
    package static let latest: Int64 = 253_402_300_799

    /// A whole number from 0 to a limit; nil if the column has none, or does not exist.
    package func number(_ column: String, atMost limit: Int64) -> Int64? {
        number(column).flatMap { $0 >= 0 && $0 <= limit ? $0 : nil }
    }

    /// Bytes that are no text; nil if the column has none, or does not exist.
    package func bytes(_ column: String) -> [UInt8]? {
        if case .blob(let data)? = value(column)?.storage { Array(data) } else { nil }
    }
}
