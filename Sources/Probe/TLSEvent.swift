/// What TLS reports to the handlers behind it in the pipeline, as a user event.
enum TLSEvent {
    /// The handshake is complete. Or it stopped after the certificates (``ProbeReport/TLSSession/unread``); then
    /// nothing more will come.
    case established(ProbeReport.TLSSession)
    /// TLS failed, in the handshake or after it. Nothing more will come.
    case failed(TLSFailure)
    /// One of our limits was reached, which says nothing about the host's TLS. Nothing more will come.
    case refused(String)
    /// The host closed the session properly.
    case ended
}
