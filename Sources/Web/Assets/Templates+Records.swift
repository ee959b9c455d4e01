extension Templates {
    /// The codes, the message trace and the overview.
    static let records = [
        "codes": """
        <h1>Codes and words</h1>
        <p>What stands in replies, bounces and the log, and what to do about it.</p>
        <form action="/codes" method="get" role="search" class="ask">
        <label for="word">A code, a word, or a whole reply</label>
        <input id="word" name="word" value="{{asked}}" maxlength="2000" autocomplete="off" spellcheck="false" \
        required>
        <button>Explain</button>
        </form>
        {{#fault}}<p class="fault" role="alert">{{fault}}</p>{{/fault}}
        {{#note}}<p>{{note}}</p>{{/note}}
        {{#explanations}}<article aria-labelledby="{{anchor}}">
        <h2 id="{{anchor}}">{{name}} <small>{{kind}}</small></h2>
        {{#codes}}<p class="codes">{{codes}}</p>{{/codes}}
        <p>{{meaning}}</p>
        {{#parts}}<h3>{{heading}}</h3>
        {{#paragraphs}}<p>{{.}}</p>
        {{/paragraphs}}{{#hasSteps}}<ol>{{#steps}}<li>{{text}}{{#commands}}<pre><code>{{.}}</code></pre>\
        {{/commands}}</li>
        {{/steps}}</ol>{{/hasSteps}}
        {{/parts}}</article>
        {{/explanations}}
        {{#lists}}<section aria-labelledby="{{anchor}}"><h2 id="{{anchor}}">{{heading}}</h2><ul class="words">
        {{#entries}}<li><a href="/codes?word={{query}}">{{name}}</a>{{#codes}} \
        <small>{{codes}}</small>{{/codes}}{{#meaning}}<span>{{meaning}}</span>{{/meaning}}</li>
        {{/entries}}</ul></section>
        {{/lists}}
        """,
        "trace": """
        <h1>Message trace</h1>
        <p>Who was refused, or would have been. Mail that passed is counted and not kept.</p>
        {{#form}}<form action="/trace" method="get" role="search" class="ask">
        <div class="field"><label for="word">An address, a domain, or an id</label><input id="word" name="word" \
        value="{{word}}" maxlength="1000" autocomplete="off" autocapitalize="off" spellcheck="false"></div>
        <div class="field"><label for="sender">Sender</label><input id="sender" name="sender" value="{{sender}}" \
        maxlength="320" autocomplete="off" autocapitalize="off" spellcheck="false"></div>
        <div class="field"><label for="outcome">Outcome</label><select id="outcome" \
        name="outcome">{{#outcomes}}<option value="{{value}}"{{#isChosen}} \
        selected{{/isChosen}}>{{words}}</option>{{/outcomes}}</select></div>
        <div class="field"><label for="ruling">Ruling</label><select id="ruling" \
        name="ruling">{{#rulings}}<option value="{{value}}"{{#isChosen}} \
        selected{{/isChosen}}>{{words}}</option>{{/rulings}}</select></div>
        <div class="field"><label for="since">Since (7d, 2027-01-31)</label><input id="since" name="since" \
        value="{{since}}" maxlength="40" autocomplete="off"></div>
        <div class="field"><label for="until">Until</label><input id="until" name="until" value="{{until}}" \
        maxlength="40" autocomplete="off"></div>
        <button>Search</button>
        </form>{{/form}}
        {{#fault}}<p class="fault" role="alert">{{fault}}</p>{{/fault}}
        {{#note}}<p role="status">{{note}}</p>{{/note}}
        {{#hasLost}}<div role="alert"><p class="fault">Not all hosts have answered. What they have is missing \
        here.</p><ul>{{#lost}}<li>{{.}}</li>
        {{/lost}}</ul></div>{{/hasLost}}
        {{#hasRows}}<div class="scroll"><table class="rows"><caption class="vh">Recipients, the latest \
        first</caption>
        <thead><tr><th scope="col">Time</th>{{#hasMTAs}}<th scope="col">MTA</th>{{/hasMTAs}}<th \
        scope="col">Recipient</th><th scope="col">Sender</th><th \
        scope="col">Outcome</th><th scope="col">Code</th><th scope="col">Ruling</th><th \
        scope="col">Host</th></tr></thead>
        <tbody>{{#rows}}<tr><td data-label="Time"><a \
        href="/trace/{{#mta}}{{mta}}/{{/mta}}{{trace}}">{{time}}</a></td>{{#mta}}<td \
        data-label="MTA">{{mta}}</td>{{/mta}}<td \
        data-label="Recipient" class="long">{{recipient}}</td><td data-label="Sender" class="long">{{sender}}</td><td \
        data-label="Outcome"><a href="/codes?word={{outcome}}">{{outcome}}</a></td><td \
        data-label="Code">{{code}}</td><td data-label="Ruling">{{ruling}}</td><td \
        data-label="Host" class="long">{{host}}</td></tr>
        {{/rows}}</tbody></table></div>
        <nav class="pages" aria-label="Pages of the trace">{{#newer}}<a href="{{newer}}" \
        rel="prev">Newer</a>{{/newer}}{{#older}}<a href="{{older}}" rel="next">Older</a>{{/older}}</nav>{{/hasRows}}
        """,
        "recipient": """
        <h1>{{recipient}}</h1>
        <dl class="help">{{#facts}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>
        {{/facts}}</dl>
        <p><a href="/codes?word={{outcome}}">What {{outcome}} means</a></p>
        <h2>The inspection behind it</h2>
        <pre tabindex="0"><code>{{#inspection}}{{.}}
        {{/inspection}}</code></pre>
        {{#domain}}<div class="buttons"><form action="/test" method="post"><input type="hidden" name="domain" \
        value="{{domain}}"><button>Test {{domain}} now</button></form></div>{{/domain}}
        """,
        "done": """
        <h1>{{title}}</h1>
        <pre tabindex="0"><code>{{text}}</code></pre>
        {{#note}}<p>{{note}}</p>{{/note}}
        <p><a href="{{path}}">{{words}}</a></p>
        """,
        "overview": """
        <h1>Overview</h1>
        {{#health}}<section class="verdict {{tone}}" aria-labelledby="health"><h2 id="health"><span class="mark" \
        aria-hidden="true">{{mark}}</span> {{summary}}</h2>
        <details class="{{tone}}"><summary>How the daemon is</summary><pre tabindex="0"><code>{{#lines}}{{.}}
        {{/lines}}</code></pre></details></section>{{/health}}
        <nav class="pages" aria-label="Time">{{#spans}}<a href="/overview?span={{name}}"{{#isHere}} \
        aria-current="true"{{/isHere}}>{{words}}</a> {{/spans}}</nav>
        {{#fault}}<p class="fault" role="alert">{{fault}}</p>{{/fault}}
        <ul class="tiles">{{#tiles}}<li>{{name}} <b>{{value}}</b></li>
        {{/tiles}}</ul>
        {{#plots}}<section aria-labelledby="{{id}}"><h2 id="{{id}}">{{title}}</h2>
        {{#isEmpty}}<p>None.</p>{{/isEmpty}}{{^isEmpty}}<svg viewBox="0 0 640 200" role="img" \
        aria-labelledby="{{id}}-title {{id}}-about" class="plot"><title id="{{id}}-title">{{title}}</title><desc \
        id="{{id}}-about">{{about}}</desc>
        {{#lines}}<line class="axis" x1="56" x2="640" y1="{{y}}" y2="{{y}}"/><text x="{{x}}" y="{{y}}" \
        text-anchor="{{anchor}}" dominant-baseline="central">{{text}}</text>{{/lines}}
        {{#bars}}<rect class="{{colour}}" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}"/>{{/bars}}
        {{#labels}}<text x="{{x}}" y="{{y}}" text-anchor="{{anchor}}">{{text}}</text>{{/labels}}</svg>
        <ul class="key">{{#series}}<li><span class="{{colour}}" aria-hidden="true"></span>{{name}} \
        {{total}}</li>{{/series}}</ul>
        <details><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="{{title}}, \
        as a table"><table><thead><tr><th scope="col">Time (UTC)</th>{{#series}}<th scope="col" \
        class="number">{{name}}</th>{{/series}}</tr></thead><tbody>
        {{#rows}}<tr><th scope="row">{{time}}</th>{{#counts}}<td class="number">{{count}}</td>{{/counts}}</tr>
        {{/rows}}</tbody></table></div></details>{{/isEmpty}}</section>
        {{/plots}}
        {{> broken}}
        {{> exempt}}
        <section aria-labelledby="ends"><h2 id="ends">What ends soonest</h2>
        <p class="small">Certificates and signatures of destinations with DANE that mail goes to again and again. \
        Most are renewed before they end. Certificates count where clients look at their dates (RFC 7672 3.1.1).</p>
        <p>{{endsNote}}</p>
        {{#hasEnds}}<div class="scroll"><table class="rows"><thead><tr><th scope="col">What</th><th \
        scope="col">Of</th><th scope="col">Ends</th><th scope="col">In</th></tr></thead><tbody>
        {{#ends}}<tr><td data-label="What">{{what}}</td><td data-label="Of" class="long">{{subject}}</td><td \
        data-label="Ends">{{time}}</td><td data-label="In">{{left}}</td></tr>
        {{/ends}}</tbody></table></div>{{/hasEnds}}</section>
        """,
    ]
}
