import Support

/// Who we are to the store: a user of its ACL and the password, from a file that only we can read.
package struct StoreCredentials: Sendable, Hashable {
    /// The most bytes of the file.
    package static let maximumSize = 4096
    /// The user of a store that knows no other, and that a password alone belongs to.
    package static let defaultUser = "default"

    /// The user's name in the store's ACL.
    package let user: String
    /// Its password.
    package let password: String

    /// Credentials of these.
    package init(user: String = Self.defaultUser, password: String) {
        self.user = user
        self.password = password
    }

    /// Reads the file's text: a line `user=NAME`, which may be missing, and a line `password=TEXT`. Everything behind
    /// the first `=` counts, blanks too. Lines that are empty or begin with `#` do not.
    ///
    /// - Throws: A clause that says what is wrong, and quotes nothing of a line that may be a password.
    package init(_ text: String) throws(StoreCredentialsError) {
        var values: [Substring: String] = [:]
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let sign = line.firstIndex(of: "="), ["user", "password"].contains(line[..<sign]) else {
                throw StoreCredentialsError("line \(number + 1) begins with neither user= nor password=")
            }
            let value = String(line[line.index(after: sign)...])
            guard !value.isEmpty else { throw StoreCredentialsError("line \(number + 1) has nothing behind its =") }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw StoreCredentialsError("line \(number + 1) has control characters")
            }
            guard values.updateValue(value, forKey: line[..<sign]) == nil else {
                throw StoreCredentialsError("line \(number + 1) says \(line[..<sign])= again")
            }
        }
        guard let password = values["password"] else { throw StoreCredentialsError("no line begins with password=") }
        let user = values["user"] ?? Self.defaultUser
        // The store takes the name as one word of its ACL file.
        guard !user.contains(" ") else { throw StoreCredentialsError("the user has a blank in its name") }
        self.init(user: user, password: password)
    }

    /// Reads a file.
    ///
    /// - Throws: A clause: "it cannot be read (No such file or directory)".
    package init(file path: String) throws(StoreCredentialsError) {
        switch ReadableFile.contents(path, limit: Self.maximumSize) {
        case .success(let text): try self.init(text)
        case .failure(let error): throw StoreCredentialsError(error.clause)
        }
    }
}

extension StoreCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user alone.
    package var description: String { "user \(PrintableText.of(user.utf8, limit: 80))" }
    /// The same.
    package var debugDescription: String { description }
    /// Nothing, so that no dump has the password.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
