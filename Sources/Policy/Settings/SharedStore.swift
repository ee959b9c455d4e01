package import Store

/// The store that several hosts share: the settings `SHARED` and those that begin with `SHARED_`.
package struct SharedStore: Sendable, Hashable {
    /// Where it is; nil if this host is alone.
    package var address: StoreAddress?
    /// The path of the file with user and password; nil if the store asks nobody.
    package var credentialsFile: String?
    /// The path of the file with the certificates that the store's chain must end at; nil without TLS.
    package var authoritiesFile: String?
    /// The path of the file with the key that the hosts have in common.
    package var keyFile: String?
    /// The name of the world that the hosts see.
    package var realm = "default"
    /// Whether an exemption that is made on one host holds on all.
    package var sharesExemptions = true

    /// Sentences about what is missing.
    package func contradictions(prefix: String) -> [String] {
        guard let address else { return [] }
        var sentences: [String] = []
        if keyFile == nil {
            sentences.append(
                "\(prefix)SHARED=\(address): needs \(prefix)SHARED_KEY_FILE, a file of one line that all hosts have, "
                    + "so that nobody else is believed (openssl rand -hex 32).")
        }
        if address.isSecured, authoritiesFile == nil {
            sentences.append(
                "\(prefix)SHARED=\(address): needs \(prefix)SHARED_CA_FILE, the certificates of those who may certify "
                    + "the store.")
        }
        return sentences
    }
}

extension Setting {
    /// The settings of the shared store.
    static let shared: [Setting] = [
        Setting(
            "SHARED", "off",
            "off, redis://host:port/database, rediss://host:port/database for TLS, or unix:/path; several hosts are "
                + "separated by commas",
            "the Redis or Valkey over which several hosts share what they know"
        ) { text, settings in
            guard text != "off" else {
                settings.shared.address = nil
                return .taken
            }
            do throws(StoreAddressError) {
                settings.shared.address = try StoreAddress(text)
                return .taken
            } catch {
                return text.contains("@") ? .refusedUnseen(error.description) : .refusedBecause(error.description)
            }
        },
        .path(
            "SHARED_KEY_FILE", \.shared.keyFile,
            "a key of at least 32 characters that all hosts have: what is written without it is not believed"),
        .path(
            "SHARED_CREDENTIALS_FILE", \.shared.credentialsFile,
            "lines of user=NAME and password=TEXT for the shared store; else it must ask nobody"),
        .path(
            "SHARED_CA_FILE", \.shared.authoritiesFile,
            "certificates in PEM: the chain of the shared store must end at one of them (rediss://)"),
        Setting(
            "SHARED_REALM", Settings().shared.realm, "1 to 64 letters, digits, dots, hyphens or underscores",
            "hosts share with those of the same realm: give hosts that see another DNS another one"
        ) { text, settings in
            guard (1...64).contains(text.utf8.count),
                text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) })
            else { return .refused }
            settings.shared.realm = text
            return .taken
        },
        Setting(
            "SHARED_EXEMPTIONS", "on", "on or off",
            "an exemption that is made on one host holds on all that share a store; off: each host has its own"
        ) { text, settings in
            guard text == "on" || text == "off" else { return .refused }
            settings.shared.sharesExemptions = text == "on"
            return .taken
        },
    ]
}
