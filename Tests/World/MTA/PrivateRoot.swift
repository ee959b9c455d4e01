import Foundation

/// A root directory and a mount namespace of its own for an MTA that cannot be installed beside the one that is.
///
/// The MTA's packages were unpacked by deploy/packages.sh. Programs see them at their usual places, the libraries and
/// tools of this machine read-only, and an /etc, a /var and a /run that are made here. The network is this machine's.
/// Whatever runs in it ends with its `ChildProcess`. Any number can run at once. Needs root.
public final class PrivateRoot: Sendable {
    /// A user, and a group of the same name and number.
    struct User: Sendable {
        let name: String
        let number: UInt32
        let home: String
    }

    /// Why there can be none here; nil if there can. That packages are missing is a failure: deploy/test fetches them.
    public static var unavailable: String? { geteuid() == 0 ? nil : "a root directory of its own needs root" }

    /// The name of this host in it.
    public let hostName: String

    private let scratch: ScratchDirectory
    private let packages: String

    /// Mounts what the words after the third are to see, and runs them as children of the first process of a process
    /// namespace: with that all of them end, whatever user they have become.
    private static let enter = """
        root=$1 packages=$2
        hostname "$3"
        shift 3
        for name in usr/lib usr/lib64 usr/bin; do
            if [ -d "/$name" ]; then
                mkdir -p "$root/$name"
                mount --bind "/$name" "$root/$name"
                mount -o remount,bind,ro "$root/$name"
            fi
        done
        for name in usr/sbin usr/libexec usr/share; do
            if [ -d "$packages/$name" ]; then
                mkdir -p "$root/$name"
                mount --bind "$packages/$name" "$root/$name"
            fi
        done
        mkdir -p "$root/proc" "$root/dev" "$root/opt/mta"
        mount --bind "$packages" "$root/opt/mta"
        mount -t proc proc "$root/proc"
        for name in null zero random urandom; do
            touch "$root/dev/$name"
            mount --bind "/dev/$name" "$root/dev/$name"
        done
        if [ ! -e "$root/etc/ld.so.cache" ]; then
            echo "$packages"/usr/lib/*-linux-gnu* | sed "s|$packages|/opt/mta|g" >"$root/etc/ld.so.conf"
            /sbin/ldconfig -X -r "$root"
        fi
        chroot "$root" env -i PATH=/opt/mta/usr/bin:/usr/sbin:/usr/bin HOME=/root "$@"
        """

    /// Makes the root.
    ///
    /// - Parameters:
    ///   - mta: The folder of .build/mtas that holds its packages.
    ///   - hostName: A qualified name, or an MTA may wait for the DNS to tell it one.
    ///   - users: Users beside the usual ones.
    ///   - resolver: Who answers its questions to the DNS; nil for nobody.
    init(of mta: String, hostName: String, users: [User], resolver: ValidatingResolver?) throws {
        if let reason = Self.unavailable { throw WorldError(reason) }
        packages = Self.repository.appendingPathComponent(".build/mtas/\(mta)").path
        guard FileManager.default.fileExists(atPath: packages + "/packages") else {
            throw WorldError("there is no \(packages); deploy/test fetches it")
        }
        self.hostName = hostName
        scratch = try ScratchDirectory(mta)
        for name in ["lib", "lib64", "bin", "sbin"] { symlink("usr/\(name)", scratch.file(name)) }
        for name in ["etc", "run", "tmp", "var", "var/lib", "var/log", "var/mail", "var/spool", "root"] {
            mkdir(scratch.file(name), 0o755)
        }
        chmod(scratch.file("tmp"), 0o1777)
        let base = [
            User(name: "root", number: 0, home: "/root"), User(name: "mail", number: 8, home: "/var/mail"),
            User(name: "uucp", number: 10, home: "/var/spool/uucp"),
            User(name: "nobody", number: 65534, home: "/nonexistent"),
        ]
        let all = base + users
        let files = [
            "passwd": all.map { "\($0.name):x:\($0.number):\($0.number)::\($0.home):/bin/sh\n" }.joined(),
            "group": all.map { "\($0.name):x:\($0.number):\n" }.joined(),
            "hosts": "127.0.0.1 localhost\n127.0.0.1 \(hostName) \(hostName.prefix { $0 != "." })\n",
            "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
            "services": "smtp 25/tcp mail\ndomain 53/tcp\ndomain 53/udp\nsubmission 587/tcp\n",
            "protocols": "ip 0 IP\ntcp 6 TCP\nudp 17 UDP\n",
            "resolv.conf": try resolver.map { try String(contentsOfFile: $0.configurationPath, encoding: .utf8) } ?? "",
        ]
        for (name, text) in files { try write(text, to: "/etc/\(name)") }
    }

    /// The folder that holds Package.swift.
    private static let repository = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { path, _ in
        path.deletingLastPathComponent()
    }

    /// Where a path of it is outside.
    public func file(_ path: String) -> String { scratch.path + path }

    /// Writes a file, and makes the folders between.
    public func write(_ text: String, to path: String) throws { try scratch.write(text, to: String(path.dropFirst())) }

    /// Makes a folder that belongs to a user.
    func make(_ path: String, for user: User, mode: mode_t) throws {
        try FileManager.default.createDirectory(atPath: file(path), withIntermediateDirectories: true)
        chown(file(path), user.number, user.number)
        chmod(file(path), mode)
    }

    /// Copies a file or folder into it: one of its packages, or one of this machine.
    public func copy(_ source: String, to path: String) throws {
        try? FileManager.default.removeItem(atPath: file(path))
        try FileManager.default.copyItem(atPath: source, toPath: file(path))
    }

    /// Copies a folder of the packages to where it would have been installed.
    func install(_ path: String) throws { try copy(packages + path, to: path) }

    /// The text of a file of the packages.
    func packaged(_ path: String) throws -> String { try String(contentsOfFile: packages + path, encoding: .utf8) }

    /// Starts a program in it. `ChildProcess.signal` with SIGKILL ends it and all that it has started.
    func start(_ words: [String]) async throws -> ChildProcess {
        try await ChildProcess("unshare", arguments(words))
    }

    /// Waits until an MTA that runs in it greets by the host's name.
    ///
    /// - Returns: Whether it has; false if it has ended.
    func greets(_ mta: ChildProcess, at port: UInt16) async throws -> Bool {
        let name = hostName
        return try await eventually(within: .seconds(30)) {
            guard mta.status == nil else { return true }
            let greeting = try? await onOwnThread { try SMTPClient(port: port).greeting }
            return greeting.map { $0.code == 220 && $0.text.hasPrefix(name) } ?? false
        } && mta.status == nil
    }

    /// Runs a program in it to its end.
    ///
    /// - Returns: Its exit status, and all that it has printed.
    public func run(_ words: String...) async throws -> (status: Int32, output: String) {
        try await ChildProcess.run("unshare", arguments(words))
    }

    /// Runs steps of a shell in it, which end at the first that fails.
    ///
    /// - Parameter folder: The working directory.
    /// - Returns: What they have printed.
    /// - Throws: If a step fails.
    @discardableResult
    public func run(steps: String, in folder: String = "/") async throws -> String {
        let (status, output) = try await run("sh", "-ec", "cd \(folder)\n\(steps)")
        guard status == 0 else { throw WorldError("\(steps): \(output)") }
        return output
    }

    private func arguments(_ words: [String]) -> [String] {
        let namespaces = ["--mount", "--propagation", "private", "--uts", "--pid", "--fork", "--kill-child"]
        return namespaces + ["sh", "-ec", Self.enter, "sh", scratch.path, packages, hostName] + words
    }
}
