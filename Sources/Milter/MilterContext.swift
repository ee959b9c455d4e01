import CMilter
import DANE
import Glibc
import Support

/// libmilter's handle of a connection, which a callback may use until it returns.
///
/// Arguments and macros are in buffers that libmilter frees with the next packet. They are copied here, with a limit,
/// when they are asked for.
struct MilterContext {
    /// The longest address that is kept, in bytes.
    static let addressLimit = 2048
    /// The longest macro or parameter, in bytes.
    static let textLimit = 1024
    /// The most ESMTP parameters.
    static let parameterLimit = 32

    private let raw: OpaquePointer

    init?(_ raw: OpaquePointer?) {
        guard let raw else { return nil }
        self.raw = raw
    }

    // MARK: The session

    /// The session of the connection; nil before `attach` and after `detach`.
    var session: Session? {
        smfi_getpriv(raw).map { Unmanaged<Session>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Stores a session with the connection.
    ///
    /// - Returns: false if libmilter refuses it.
    func attach(_ session: Session) -> Bool {
        let kept = Unmanaged.passRetained(session)
        guard smfi_setpriv(raw, kept.toOpaque()) == MI_SUCCESS else {
            kept.release()
            return false
        }
        return true
    }

    /// Releases the session. If the pointer stayed, libmilter would log it at every disconnect, and it would be
    /// dangling.
    func detach() {
        guard let pointer = smfi_getpriv(raw) else { return }
        smfi_setpriv(raw, nil)
        Unmanaged<Session>.fromOpaque(pointer).release()
    }

    /// The descriptor of the connection. libmilter has no function for it, so this may be wrong.
    ///
    /// `struct smfi_str` begins with the thread's id and the descriptor (libmilter.h, 8.12 to 8.18). The caller
    /// compares the number with the connections from accept(2), so a wrong number matches none of them.
    var descriptor: Int32 { UnsafeRawPointer(raw).loadUnaligned(fromByteOffset: 8, as: Int32.self) }

    // MARK: What the MTA says

    /// A macro's value; nil if it is missing, empty, or too long to be valid.
    ///
    /// libmilter searches the macros of one stage after another. So do not ask for what you do not need.
    func macro(_ name: StaticString) -> String? { value(name).map { String(decoding: $0, as: UTF8.self) } }

    /// The same, with its bytes if they are not UTF-8.
    func received(_ name: StaticString) -> ReceivedText? { value(name).map { ReceivedText($0) } }

    /// Whether a macro has this value, which is not empty.
    func macro(_ name: StaticString, is text: String) -> Bool {
        guard let value = value(name), let start = value.baseAddress, value.count == text.utf8.count else {
            return false
        }
        return text.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memcmp(start, $0, bytes.count) == 0 } ?? false
        } ?? false
    }

    private func value(_ name: StaticString) -> UnsafeRawBufferPointer? {
        // A literal ends with a NUL. libmilter only reads it.
        let name = UnsafeMutableRawPointer(mutating: name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard let value = smfi_getsymval(raw, name) else { return nil }
        let length = strnlen(value, Self.textLimit + 1)
        guard length > 0, length <= Self.textLimit else { return nil }
        return UnsafeRawBufferPointer(start: value, count: length)
    }

    /// A C string as text, cut at a limit in bytes.
    static func text(_ string: UnsafePointer<CChar>, limit: Int) -> String { received(string, limit: limit).text }

    /// A C string, cut at a limit in bytes.
    static func received(_ string: UnsafePointer<CChar>, limit: Int) -> ReceivedText {
        ReceivedText(UnsafeRawBufferPointer(start: string, count: strnlen(string, limit)))
    }

    /// Copies the arguments after the address.
    static func parameters(_ arguments: ArgumentVector) -> [String] {
        var parameters: [String] = []
        var index = 1
        while parameters.count < parameterLimit, let argument = arguments[index] {
            parameters.append(text(argument, limit: textLimit))
            index += 1
        }
        return parameters
    }

    // MARK: What the MTA is told

    /// Asks the MTA for the macros that are used. Call it during the negotiation only.
    ///
    /// - Returns: false if libmilter refused one of the lists.
    func ask(for mail: String, _ recipient: String) -> Bool {
        func ask(_ stage: Int32, _ names: String) -> Bool {
            names.withCString { smfi_setsymlist(raw, stage, UnsafeMutablePointer(mutating: $0)) == MI_SUCCESS }
        }
        return ask(SMFIM_ENVFROM, mail) && ask(SMFIM_ENVRCPT, recipient)
    }

    /// Sets the reply and returns the status that belongs to it.
    ///
    /// libmilter keeps a reply with the connection until one of its class is sent. So it is set only here, just before
    /// it is sent.
    func refuse(_ reply: Reply) -> sfsistat {
        let isPermanent = reply.enhanced.class == .permanent
        let code = reply.code == 421 ? 451 : reply.code
        if !set("\(code)", "\(reply.enhanced)", reply.text) {
            // This cannot happen with a text that Reply allows. But the old text of an earlier recipient must never be
            // sent.
            _ =
                isPermanent
                ? set("550", "5.7.0", "recipient refused by local policy")
                : set("451", "4.7.0", "recipient refused by local policy for now")
        }
        return isPermanent ? SMFIS_REJECT : SMFIS_TEMPFAIL
    }

    private func set(_ code: String, _ enhanced: String, _ text: String) -> Bool {
        code.withCString { code in
            enhanced.withCString { enhanced in
                text.withCString { text in
                    // libmilter copies all three.
                    smfi_setreply(
                        raw, UnsafeMutablePointer(mutating: code), UnsafeMutablePointer(mutating: enhanced),
                        UnsafeMutablePointer(mutating: text)) == MI_SUCCESS
                }
            }
        }
    }
}

/// The arguments of MAIL or RCPT: at least one C string, followed by NULL.
typealias ArgumentVector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
