extension Templates {
    /// What the overview of one host and that of all hosts have in common, and the latter.
    static let hosts = [
        "broken": """
        <section aria-labelledby="broken"><h2 id="broken">Broken destinations</h2>
        {{^hasBroken}}<p>None.</p>{{/hasBroken}}
        {{#hasBroken}}<div class="scroll"><table class="rows"><thead><tr><th \
        scope="col">Destination</th>{{#hasMTAs}}<th \
        scope="col">MTAs</th>{{/hasMTAs}}<th \
        scope="col">Outcome</th><th scope="col">Cause</th><th scope="col" class="number">Recipients</th><th \
        scope="col">For</th><th scope="col">Last</th></tr></thead><tbody>
        {{#broken}}<tr><td data-label="Destination" \
        class="long"><a href="/trace?domain={{query}}">{{destination}}</a></td>{{#mtas}}<td \
        data-label="MTAs" class="long">{{mtas}}</td>{{/mtas}}<td \
        data-label="Outcome"><a href="/codes?word={{outcome}}">{{outcome}}</a></td><td \
        data-label="Cause" class="long">{{cause}}</td><td data-label="Recipients" \
        class="number">{{recipients}}</td><td \
        data-label="For">{{age}}</td><td data-label="Last">{{last}}</td></tr>
        {{/broken}}</tbody></table></div>{{/hasBroken}}</section>
        """,
        "exempt": """
        <section aria-labelledby="exempt"><h2 id="exempt">Exemptions</h2>
        {{^hasExemptions}}<p>None.</p>{{/hasExemptions}}
        {{#hasExemptions}}<div class="scroll"><table class="rows"><thead><tr><th \
        scope="col">Domain</th>{{#hasMTAs}}<th \
        scope="col">MTAs</th>{{/hasMTAs}}<th \
        scope="col">Until</th><th scope="col">Reason</th><th scope="col">By</th></tr></thead><tbody>
        {{#exemptions}}<tr><td data-label="Domain" class="long">{{domain}}</td>{{#mtas}}<td \
        data-label="MTAs" class="long">{{mtas}}</td>{{/mtas}}<td \
        data-label="Until">{{until}}</td><td \
        data-label="Reason" class="long">{{reason}}</td><td data-label="By" class="long">{{by}}</td></tr>
        {{/exemptions}}</tbody></table></div>{{/hasExemptions}}</section>
        """,
        "hosts": """
        <h1>Overview</h1>
        <section class="verdict {{tone}}" aria-labelledby="health"><h2 id="health"><span class="mark" \
        aria-hidden="true">{{mark}}</span> {{summary}}</h2></section>
        <div class="scroll"><table class="rows"><caption class="vh">The hosts</caption><thead><tr><th \
        scope="col">MTA</th><th scope="col">State</th><th scope="col">Up</th><th scope="col">Mode</th><th \
        scope="col">Roll-out</th><th scope="col">Version</th><th scope="col">Resolver</th><th \
        scope="col">What it says</th></tr></thead><tbody>
        {{#hosts}}<tr><td data-label="MTA"><b>{{mta}}</b></td><td data-label="State">{{mark}} {{state}}</td><td \
        data-label="Up">{{up}}</td><td data-label="Mode">{{mode}}</td><td data-label="Roll-out">{{rollout}}</td><td \
        data-label="Version">{{version}}</td><td data-label="Resolver">{{resolver}}</td><td \
        data-label="What it says" class="long">{{says}}</td></tr>
        {{/hosts}}</tbody></table></div>
        <nav class="pages" aria-label="Time">{{#spans}}<a href="/overview?span={{name}}"{{#isHere}} \
        aria-current="true"{{/isHere}}>{{words}}</a> {{/spans}}</nav>
        {{#faults}}<p class="fault" role="alert">{{.}}</p>
        {{/faults}}<ul class="tiles">{{#tiles}}<li>{{name}} <b>{{value}}</b></li>
        {{/tiles}}</ul>
        <section aria-labelledby="outcomes"><h2 id="outcomes">Outcomes</h2>
        {{^hasOutcomes}}<p>None.</p>{{/hasOutcomes}}
        {{#hasOutcomes}}<div class="scroll"><table class="rows"><thead><tr><th scope="col">Outcome</th><th \
        scope="col" class="number">Recipients</th><th scope="col" \
        class="number">Destinations</th></tr></thead><tbody>
        {{#outcomes}}<tr><td data-label="Outcome"><a href="/codes?word={{outcome}}">{{outcome}}</a></td><td \
        data-label="Recipients" class="number">{{recipients}}</td><td data-label="Destinations" \
        class="number">{{destinations}}</td></tr>
        {{/outcomes}}</tbody></table></div>{{/hasOutcomes}}</section>
        {{> broken}}
        {{> exempt}}
        """,
    ]
}
