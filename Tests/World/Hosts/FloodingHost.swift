import CGnuTLS
public import DANE
import Foundation
import Synchronization
import WorldServers

/// An SMTP host with STARTTLS that sends thousands of TLS messages that nobody asked for, and then goes on normally.
///
/// Each connection has a thread of its own, because GnuTLS speaks for the host on a blocking socket.
public final class FloodingHost: Sendable {
    /// What it sends.
    public enum Flood: String, Sendable, CaseIterable {
        /// TLS 1.3: KeyUpdate, without and with a wish for an answer (RFC 8446 §4.6.3).
        case keyUpdates, askingKeyUpdates
        /// TLS 1.3: NewSessionTicket (RFC 8446 §4.6.1).
        case tickets
        /// TLS 1.3: records of application data with nothing in them but padding (RFC 8446 §5.4).
        case emptyRecords
        /// Alerts that only warn, in either version.
        case warnings, warningsOf12
        /// TLS 1.2: HelloRequest, which asks for a new handshake (RFC 5246 §7.4.1.1).
        case helloRequests
    }

    /// When it does.
    public enum Moment: String, Sendable, CaseIterable {
        /// As soon as the session is up.
        case beforeEHLO
        /// When it has got EHLO inside the session, before it answers.
        case afterEHLO
    }

    /// Where it listens.
    public let address: IPAddress
    /// Its port.
    public let port: UInt16

    private let listener: Int32
    /// GnuTLS only reads them.
    nonisolated(unsafe) private let credentials: gnutls_certificate_credentials_t
    private let flood: Flood
    private let moment: Moment
    private let count: Int
    private let state = Mutex((received: 0, over: 0))

    /// A host.
    ///
    /// - Parameter count: How many messages it sends.
    /// - Throws: If it cannot listen, or GnuTLS does not take the chain.
    public init(_ chain: IssuedChain, _ flood: Flood, _ moment: Moment, count: Int) throws {
        (self.flood, self.moment, self.count) = (flood, moment, count)
        var handle: gnutls_certificate_credentials_t?
        gnutls_certificate_allocate_credentials(&handle)
        guard let handle else { throw WorldError("no credentials") }
        credentials = handle
        let taken = Self.withDatum(chain.pem) { certificates in
            Self.withDatum(chain.key.pem) { key in
                gnutls_certificate_set_x509_key_mem(handle, certificates, key, GNUTLS_X509_FMT_PEM)
            }
        }
        guard taken >= 0 else { throw WorldError("GnuTLS: \(taken)") }
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let number: UInt32 = 127 << 24 | .random(in: 1...250) << 16 | .random(in: 0...250) << 8 | 1
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = number.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isOpen = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isOpen else { throw WorldError("no socket: errno \(errno)") }
        address = .v4(number)
        port = UInt16(bigEndian: name.sin_port)
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(self.listener, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread {
                    self.serve(client)
                    close(client)
                    self.state.withLock { $0.over += 1 }
                }
            }
        }
    }

    /// The bytes that clients have sent inside TLS sessions that are over, and how many of these there are.
    public var received: (bytes: Int, sessions: Int) { state.withLock { ($0.received, $0.over) } }

    /// Ends it.
    public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ client: Int32) {
        say("220 mx ESMTP\r\n", to: client)
        guard hear(from: client), say("250-mx\r\n250 STARTTLS\r\n", to: client), hear(from: client),
            say("220 go\r\n", to: client)
        else { return }
        var handle: gnutls_session_t?
        gnutls_init(&handle, GNUTLS_SERVER.rawValue | GNUTLS_NO_SIGNAL.rawValue)
        guard let session = handle else { return }
        defer { gnutls_deinit(session) }
        let isOf12 = [.warningsOf12, .helloRequests].contains(flood)
        gnutls_priority_set_direct(session, "NORMAL:-VERS-ALL:+VERS-TLS1.\(isOf12 ? 2 : 3)", nil)
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
        var key = gnutls_datum_t()
        gnutls_session_ticket_key_generate(&key)
        gnutls_session_ticket_enable_server(session, &key)
        defer { free(key.data) }
        gnutls_transport_set_int2(session, client, client)
        var code: Int32
        repeat { code = gnutls_handshake(session) } while code < 0 && gnutls_error_is_fatal(code) == 0
        guard code == GNUTLS_E_SUCCESS else { return }
        if moment == .beforeEHLO { send(on: session) }
        var line = [UInt8](repeating: 0, count: 4096)
        _ = gnutls_record_recv(session, &line, line.count)
        if moment == .afterEHLO { send(on: session) }
        gnutls_record_send(session, "250 mx\r\n", 8)
        // What it has got besides, below TLS.
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while case let got = recv(client, &bytes, bytes.count, 0), got > 0 { state.withLock { $0.received += got } }
    }

    private func send(on session: gnutls_session_t) {
        for _ in 0..<count {
            let code: Int
            switch flood {
            case .keyUpdates: code = Int(gnutls_session_key_update(session, 0))
            case .askingKeyUpdates: code = Int(gnutls_session_key_update(session, UInt32(GNUTLS_KU_PEER)))
            case .tickets: code = Int(gnutls_session_ticket_send(session, 1, 0))
            case .emptyRecords:
                var range = gnutls_range_st(low: 0, high: 16)
                code = gnutls_record_send_range(session, "", 0, &range)
            case .warnings, .warningsOf12:
                code = Int(gnutls_alert_send(session, GNUTLS_AL_WARNING, GNUTLS_A_USER_CANCELED))
            case .helloRequests: code = Int(gnutls_rehandshake(session))
            }
            // The client has had enough.
            if code < 0, gnutls_error_is_fatal(Int32(code)) != 0 { return }
        }
    }

    @discardableResult private func say(_ text: String, to client: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Reads a line; clients send one at a time.
    private func hear(from client: Int32) -> Bool {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.last != 10 {
            guard line.count < 1000, recv(client, &byte, 1, 0) == 1 else { return false }
            line.append(byte)
        }
        return true
    }

    private static func withDatum<Result>(_ text: String, _ body: (UnsafePointer<gnutls_datum_t>) -> Result) -> Result {
        var bytes = Array(text.utf8)
        return bytes.withUnsafeMutableBufferPointer { buffer in
            var datum = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
            return body(&datum)
        }
    }
}
