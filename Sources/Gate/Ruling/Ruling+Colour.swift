extension Ruling.Action {
    /// The colour that it is shown in.
    var colour: TerminalPage.Colour {
        switch self {
        case .accept: .green
        case .tempfail: .yellow
        case .reject: .red
        }
    }
}
