import Glibc
import Policy
import Store
import Support

/// The files of the shared store, read.
struct SharedFiles: Sendable {
    let address: StoreAddress
    let credentials: StoreCredentials?
    let trust: StoreTrust?
    let seal: StoreSeal

    /// Reads the files that the settings name; nil if nothing is shared.
    ///
    /// - Throws: What is wrong with one of them.
    static func read(_ settings: Settings) throws(DaemonError) -> SharedFiles? {
        let shared = settings.shared
        guard let address = shared.address, let keyFile = shared.keyFile else { return nil }
        let seal: StoreSeal
        do throws(StoreCredentialsError) { seal = try StoreSeal(file: keyFile) } catch {
            throw fault("SHARED_KEY_FILE", keyFile, error.description)
        }
        var credentials: StoreCredentials?
        if let file = shared.credentialsFile {
            do throws(StoreCredentialsError) { credentials = try StoreCredentials(file: file) } catch {
                throw fault("SHARED_CREDENTIALS_FILE", file, error.description)
            }
        }
        var trust: StoreTrust?
        if let file = shared.authoritiesFile {
            switch ReadableFile.contents(file, limit: StoreTrust.maximumSize) {
            case .failure(let error): throw fault("SHARED_CA_FILE", file, error.clause)
            case .success(let text):
                do throws(StoreTLSError) { trust = try StoreTrust(pem: Array(text.utf8)) } catch {
                    throw fault("SHARED_CA_FILE", file, error.description)
                }
            }
        }
        return SharedFiles(address: address, credentials: credentials, trust: trust, seal: seal)
    }

    private static func fault(_ name: String, _ file: String, _ clause: String) -> DaemonError {
        DaemonError(
            status: EX_CONFIG,
            sentences: ["\(SettingsReader.prefix)\(name)=\(TerminalText.shown(file, limit: 200)): \(clause)."])
    }
}
