/// Why the reading of a compressed file ended early.
enum DecompressorError: Error {
    /// The error that `take` threw.
    case taker(SurveyError)
    /// The file is damaged, the program is missing, or a bound was reached: a clause.
    case unreadable(String)
}
