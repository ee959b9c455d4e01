/// Why a file has no credentials.
package struct StoreCredentialsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A clause about the file, without anything of its contents.
    package let description: String

    init(_ description: String) { self.description = description }
}
