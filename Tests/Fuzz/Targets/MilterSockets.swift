import Milter

extension FuzzTarget {
    /// The socket as libmilter or Postfix writes it.
    static let milterSockets = FuzzTarget("milter-sockets") { bytes in
        switch Result(catching: { () throws(MilterError) in try MilterSocket(bytes.text) }) {
        case .success(let socket):
            for form in [socket.libmilterForm, socket.postfixForm] {
                try requireQuiet(form, atMost: MilterSocket.maximumPathLength + 10, "a socket")
                try require((try? MilterSocket(form)) == socket, "\(form) reads as another socket")
            }
        case .failure(let error):
            try require(error.code == .badSocket, "\(error.code)")
            try requireLine(error.description, atMost: 1000, "a sentence")
        }
    }
}
