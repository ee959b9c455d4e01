package import RESP

/// Why a command has no answer. Whoever asked goes on without the store in every case.
package enum StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nothing was sent: there is no connection, or the store is being left alone because it fails or is slow.
    case unavailable
    /// Nothing was sent: as many commands as are allowed, or as many bytes, wait for their answers.
    case crowded
    /// There was no answer in time. The command may have been carried out, or may still be.
    case late
    /// The connection ended before the answer. The command may have been carried out.
    case lost
    /// The store has answered with an error.
    case refused(RESPError)
    /// The client has been shut down.
    case closed

    /// A clause.
    package var description: String {
        switch self {
        case .unavailable: "the store is not available"
        case .crowded: "too many commands wait for the store"
        case .late: "the store has not answered in time"
        case .lost: "the connection to the store ended before the answer"
        case .refused(let error): "the store answered \"\(error)\""
        case .closed: "the client of the store is shut down"
        }
    }
}
