import CMilter
import DANE
import Glibc
import Support

/// libmilter's handle of a connection, lent to a callback for the length of the call.
///
/// All that libmilter lends, arguments and macros, lies in buffers that the next packet frees: it is copied here, bounded,
/// when somebody asks for it.
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

    /// The state kept for the connection; nil before `attach` and after `detach`.
    var session: Session? {
        smfi_getpriv(raw).map { Unmanaged<Session>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Keeps a session for the connection.
    ///
    /// - Returns: false if libmilter does not take it.
    func attach(_ session: Session) -> Bool {
        let kept = Unmanaged.passRetained(session)
        guard smfi_setpriv(raw, kept.toOpaque()) == MI_SUCCESS else {
            kept.release()
            return false
        }
        return true
    }

    /// Lets go of the session. A pointer left behind would be logged at every disconnect, and be dangling.
    func detach() {
        guard let pointer = smfi_getpriv(raw) else { return }
        smfi_setpriv(raw, nil)
        Unmanaged<Session>.fromOpaque(pointer).release()
    }

    /// The descriptor of the connection, as far as can be told: libmilter has no function for it.
    ///
    /// `struct smfi_str` begins with the thread's id and the descriptor (libmilter.h, 8.12 to 8.18). Whoever asks holds the
    /// number against the connections that accept(2) gave: anything else is none of them.
    var descriptor: Int32 { UnsafeRawPointer(raw).loadUnaligned(fromByteOffset: 8, as: Int32.self) }

    // MARK: What the MTA says

    /// A macro's value; nil if it is not there, empty, or too long to be what it should be.
    ///
    /// libmilter looks through all it holds, a stage after the other: what is not needed is better not asked for.
    func macro(_ name: StaticString) -> String? { value(name).map { String(decoding: $0, as: UTF8.self) } }

    /// The same, with its bytes where they are no text.
    func received(_ name: StaticString) -> ReceivedText? { value(name).map { ReceivedText($0) } }

    private func value(_ name: StaticString) -> UnsafeRawBufferPointer? {
        // Ends with a NUL, as all literals do. It is only read.
        let name = UnsafeMutableRawPointer(mutating: name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard let value = smfi_getsymval(raw, name) else { return nil }
        let length = strnlen(value, Self.textLimit + 1)
        guard length > 0, length <= Self.textLimit else { return nil }
        return UnsafeRawBufferPointer(start: value, count: length)
    }

    /// A C string as text, cut at a limit.
    static func text(_ string: UnsafePointer<CChar>, limit: Int) -> String { received(string, limit: limit).text }

    /// A C string, cut at a limit.
    static func received(_ string: UnsafePointer<CChar>, limit: Int) -> ReceivedText {
        ReceivedText(UnsafeRawBufferPointer(start: string, count: strnlen(string, limit)))
    }

    /// Copies the arguments behind the address.
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

    /// Asks for the macros that are read; call it in the negotiation only.
    ///
    /// - Returns: false if libmilter refused one of the lists.
    func ask(for mail: String, _ recipient: String) -> Bool {
        func ask(_ stage: Int32, _ names: String) -> Bool {
            names.withCString { smfi_setsymlist(raw, stage, UnsafeMutablePointer(mutating: $0)) == MI_SUCCESS }
        }
        return ask(SMFIM_ENVFROM, mail) && ask(SMFIM_ENVRCPT, recipient)
    }

    /// Sets the reply and returns the status that goes with it.
    ///
    /// A reply sticks to the connection until one of its class is sent, so it is set only here, on the way out.
    func refuse(_ reply: Reply) -> sfsistat {
        let isPermanent = reply.enhanced.class == .permanent
        let code = reply.code == 421 ? 451 : reply.code
        if !set("\(code)", "\(reply.enhanced)", reply.text) {
            // Cannot happen with what Reply admits; a stale text of an earlier recipient must not be sent all the same.
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

/// The arguments of MAIL or RCPT: C strings, ended by NULL, with at least one before it.
typealias ArgumentVector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
