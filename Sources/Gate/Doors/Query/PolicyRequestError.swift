/// Why a request of policy delegation cannot be answered.
enum PolicyRequestError: Error {
    case tooLong
    case notAttributes
    case twice
    case noNextHop

    /// The reason, as a sentence without a full stop.
    var sentence: String {
        switch self {
        case .tooLong: "the request is too long"
        case .twice: "the request has an attribute twice"
        case .noNextHop: "the next hop of policy_context is not understood"
        case .notAttributes: "this is no request of Postfix's policy delegation"
        }
    }
}
