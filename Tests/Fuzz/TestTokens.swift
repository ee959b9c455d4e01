import Glibc

@testable import Policy
@testable import Web

/// A page with a token. The file of it has no name any more, so nothing is left behind.
enum TestTokens {
    static let token = "0123456789abcdefghij"

    private static let path: String = {
        var name = Array("/tmp/tokens-XXXXXX".utf8CString)
        let file = mkstemp(&name)
        unlink(name)
        let line = "\(token)\n"
        guard file >= 0, write(file, line, line.utf8.count) == line.utf8.count else {
            preconditionFailure("no file can be written below /tmp")
        }
        return "/proc/self/fd/\(file)"
    }()

    private static let made = Result { try AccessRules(settings) }
    private static var settings: WebDoor {
        var door = FuzzTarget.door(isOpen: false)
        door.tokenFile = path
        return door
    }

    /// The rules of a page at loopback.
    static func rules() throws -> AccessRules { try made.get() }
}
