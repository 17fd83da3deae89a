"""Words that a site may use as a name and that our own texts and the appliance's are made of.

A site whose certificate says ``CN=server`` gives nothing away by that word, and a screen on which every
"server" is replaced could not be read any more.
"""

_TEXT = """
a about absent accept access account action active add added address addresses admin administrator again
agent alarm alert algorithm alias all and another answer answers any app appliance application apply as
asked at attempts authentication auto back backup badge batch before began begun between browser build
button by ca came cannot causes center centre centres certificate certificates certification chain change
changed check checked checks cisco clean client clock cloud code command commands common company complete
configuration configured connect connected connecting connection console contact controller copied copy
corp corporation country current cut data database date day days default delete deleted deletion demo
department detail device devices differs direct disabled dna dnac dns do domain done down ecdsa email
empty enable enabled end engineer engineering entry equal error errors event evidence example exit
expired expiry export failed failover failure false fields file files filter fingerprint first folder for
found from full gateway general global gone group guide ha hash health help hidden history host hostname
hosts http https id identity image in info infrastructure input internal invalid ip is ise issued issuer
it its itself keep kept key keys keytool known lab last learned left level line lines link list listed
listing local localhost locality log login logs loopback main management manager manual map mark marked
mask master matches member menu message mismatch mode monitor name names national network networking
networks new next no node nodes none not note notes now number of off office ok old on once one online
operator or order org organisation organization organizational other our out outcome page pane partial
password path peer pending pi place plan platform please policy pool port primary prime privacy private
probe probing production prompt proven proves proxy public question quit read ready reason record
redeployed refresh refused region register registered registration reissued remote remotes remove report
request reset restart result retry role root router row rows rsa run running safe same saved scenario
screen search second secondary security seen self sent serial server servers service services session
sessions setup sha shown side site sites skip skipped small software some ssh ssl stale start state
status step steps stop store stored subject support suspect switch system systems table tables target
tech technology telnet terminal test text the theme then this time timeout title tls to tofu tofutui
token trust trusted trusts unit unknown unreachable unreadable update upper us use user username users
valid validation value values verdict verdicts verify version view vip virtual wait waiting warning was
watch way web what when where who why with without word words work worksheet yes you your zone
"""

OWN_WORDS = frozenset(_TEXT.split())
"""In lower case."""
