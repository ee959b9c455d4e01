import Milter

/// Why a door cannot listen.
package struct ListenError: Error, CustomStringConvertible {
    /// The reason, as a sentence without a full stop.
    package let description: String

    /// The error for what was thrown while a socket was opened.
    init(_ socket: MilterSocket, _ error: any Error) {
        let place = if case .unix(let path) = socket { path } else { "\(socket)" }
        description = (error as? MilterError)?.description ?? "cannot listen on \(place): \(error)"
    }
}
