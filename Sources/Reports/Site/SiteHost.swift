/// A host of a site, and how a command reaches it.
public struct SiteHost: Sendable, Hashable {
    /// Where the host is.
    enum Place: Sendable, Hashable {
        /// This host: the command runs itself.
        case local
        /// Another host, which ssh(1) reaches. What is nil, ssh's own configuration decides.
        case ssh(address: String, user: String?, port: Int?)
    }

    /// The name in the list, which marks what the host has answered.
    public let name: String
    let place: Place
    /// The program there and what stands before it: `sudo -n danegate`; nil for danegate itself.
    let command: [String]?

    /// What ssh(1) is told besides the host: to ask nobody anything, to give up where nobody answers, and to open
    /// nothing that the other side could use.
    private static let options = [
        "-a", "-n", "-T", "-x", "-oBatchMode=yes", "-oConnectTimeout=5", "-oConnectionAttempts=1",
        "-oServerAliveInterval=5", "-oServerAliveCountMax=3", "-oClearAllForwardings=yes", "-oPermitLocalCommand=no",
        // A master that lives on would hold our pipes open.
        "-oControlMaster=no", "-oLogLevel=ERROR",
    ]

    /// Returns the program to start and its arguments.
    ///
    /// - Parameters:
    ///   - request: The command.
    ///   - program: The path of the program that is running.
    func call(_ request: SiteRequest, program: String) -> [String] {
        switch place {
        case .local: return (command ?? [program]) + request.name + request.localOptions + request.arguments
        case .ssh(let address, let user, let port):
            var call = ["ssh"] + Self.options
            if let user { call += ["-l", user] }
            if let port { call += ["-p", "\(port)"] }
            // The words of a list need no quotes. sshd gives all to the user's shell, as one line.
            let line = ((command ?? ["danegate"]) + (request.name + request.arguments).map(ShellWord.quoted)).joined(
                separator: " ")
            return call + ["--", address, line]
        }
    }
}
