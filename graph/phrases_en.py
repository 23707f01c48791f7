"""The planner's sentences in English."""

from graph.phrases import ChangePhrases, DirectionPhrases, FieldPhrases, Phrases, TraitPhrases

ENGLISH = Phrases(
    plan_of="Plan: {title}",
    headings={
        "summary": "Summary",
        "audience": "Who it is for",
        "direction": "Direction",
        "scope": "Scope",
        "milestones": "Milestones",
        "risks": "Risks and counter-measures",
        "success": "How success is measured",
        "questions": "Open questions",
        "boundaries": "Limits and what is left for later",
        "changes": "What changed after feedback",
    },
    quote="“{text}”",
    everyone="people interested in {topic}",
    spans=("one week", "{count} weeks"),
    crews=("one person", "{count} people"),
    fallback_parts=("add and edit {topic}", "find {topic} again later"),
    remark_heading="From review: {remark}",
    suggested_success="Half of the people who try {lead} come back to it within two weeks",
    form="Details for the plan",
    fields={
        "audience": FieldPhrases("Audience", "Who uses it first, in a few words."),
        "weeks": FieldPhrases("Weeks", "How many weeks there are until launch."),
        "team_size": FieldPhrases("Team size", "How many people work on it."),
        "must_have": FieldPhrases(
            "Must have", "What the first version cannot do without; separate with semicolons."
        ),
        "success": FieldPhrases("Success", "What is counted to know that it works."),
    },
    directions={
        "focused_start": DirectionPhrases(
            title="Start narrow with {lead}",
            description="Do {lead} well for {people} first, and add {rest} once it is used.",
            consequence="{title} opens with {lead} alone; everything else waits until {audience} "
            "use it without help.",
            risk="**{lead} alone may be too little for {audience}:** offer {second} by hand to "
            "the first testers and see whether they ask for it.",
            learning="whether {lead} is enough on its own",
        ),
        "broad_launch": DirectionPhrases(
            title="Show all of {title} at once",
            description="Build a thin version of {all}, so {people} see the whole, and deepen "
            "what they use.",
            consequence="Each part of {title} starts thin, and usage decides between {lead} and "
            "{second} when it is time to deepen one.",
            risk="**A thin {title} may disappoint where it matters:** agree for {lead} on the "
            "smallest version {audience} would still recommend.",
            learning="which part of {title} people turn to first",
        ),
        "riskiest_first": DirectionPhrases(
            title="Settle {riskiest} first",
            description="Prove {riskiest}, the least certain part, with {people} before building "
            "{others}.",
            consequence="No work on {others} starts until a trial of {riskiest} with {audience} "
            "has succeeded.",
            risk="**The trial of {riskiest} may fail:** write down beforehand which result ends "
            "{title} and which one only changes it.",
            learning="whether {riskiest} works at all",
        ),
    },
    own_direction=DirectionPhrases(
        title="{name}",
        description="{about}",
        consequence="For {title} this puts {lead} first and measures every later part against "
        "“{name}”.",
        risk="**“{name}” may pull {title} away from {lead}:** look at both side by side at the "
        "end of each milestone.",
        learning="whether “{name}” suits {audience}",
    ),
    traits={
        "payment": TraitPhrases(
            "A payment made in {feature} shows up once and only once, and a failed one is "
            "explained to {audience} in plain words.",
            "**Money goes wrong in {feature}:** use an established payment provider, and "
            "reconcile every {title} transaction daily during the pilot.",
            "Who holds the money between the two sides of {feature}, and who answers for refunds?",
        ),
        "booking": TraitPhrases(
            "Two people reaching for the same time in {feature} never both get it.",
            "**No-shows make {feature} unreliable:** confirm a day ahead and release what stays "
            "unconfirmed.",
            "How late may someone cancel in {feature}, and what does it cost them?",
        ),
        "matching": TraitPhrases(
            "At least three suitable offers appear in {feature} for nine of ten requests in the "
            "pilot area.",
            "**One side of {feature} stays empty:** fill the harder side by hand in a single "
            "area before inviting the other.",
            "Which side of {feature} is harder to win, and where are the first twenty?",
        ),
        "messaging": TraitPhrases(
            "A message sent through {feature} arrives within five seconds, or says that it did "
            "not.",
            "**Abuse or spam spreads through {feature}:** ship blocking and reporting together "
            "with the first message.",
            "How long are the messages of {feature} kept, and who may read them?",
        ),
        "reminder": TraitPhrases(
            "What {feature} sends comes at the time the person chose, and one tap turns it off.",
            "**People switch {feature} off because it is too much:** start with one a day and "
            "let {audience} raise it.",
            "Which moment of the day makes {feature} helpful rather than annoying?",
        ),
        "location": TraitPhrases(
            "With location refused, {feature} still works from a typed address.",
            "**{feature} exposes where people are:** store only the rough area, and only while "
            "it is needed.",
            "How exact must a place be for {feature} to be of use?",
        ),
        "suggesting": TraitPhrases(
            "Seven of ten results from {feature} are accepted unchanged by {audience}, and each "
            "one says why it was offered.",
            "**Poor results from {feature} cost trust early:** begin with simple rules checked "
            "by hand, and log every rejected result.",
            "What data exists today to base {feature} on?",
        ),
        "searching": TraitPhrases(
            "The right result of {feature} stands among the first five for twenty sample "
            "questions about {topic}.",
            "**{feature} comes back empty in the first weeks:** load enough {topic} content "
            "before the pilot, and show near matches.",
            "Which words do {audience} themselves use when they look for {topic}?",
        ),
        "recording": TraitPhrases(
            "An entry in {feature} takes under fifteen seconds and can be corrected or exported "
            "later.",
            "**The habit of {feature} fades after a week:** pre-fill whatever is known and show "
            "a small return for every entry.",
            "Which details does {feature} really need, and which can be left out?",
        ),
        "sharing": TraitPhrases(
            "Before anything leaves through {feature}, the person sees who will be able to see it.",
            "**Something private gets out through {feature}:** keep it private by default and "
            "make taking it back possible.",
            "Who may change what someone else put into {feature}?",
        ),
        "media": TraitPhrases(
            "A large file in {feature} survives a broken connection and continues where it "
            "stopped.",
            "**Storage for {feature} grows faster than use:** shrink files on arrival and set a "
            "limit per person.",
            "Who owns the files in {feature}, and when are they deleted?",
        ),
        "health": TraitPhrases(
            "A professional has checked what {feature} tells people, and it names whom to call "
            "in an emergency.",
            "**{feature} is taken for medical advice:** state its limits on the screen itself "
            "and have a professional review the wording.",
            "Which rules on health data apply to {feature} where {audience} live?",
        ),
        "learning": TraitPhrases(
            "After a week with {feature}, {audience} answer more of the same test questions than "
            "before.",
            "**{feature} is started and not continued:** keep each unit under ten minutes and "
            "show progress at its end.",
            "Who writes and checks the content of {feature}?",
        ),
        "device": TraitPhrases(
            "When a device drops out, {feature} says so within a minute and keeps the readings "
            "it has.",
            "**{feature} depends on hardware that varies:** support two models at first and keep "
            "manual entry as a way out.",
            "Which devices do {audience} already own for {feature}?",
        ),
        "writing": TraitPhrases(
            "Text produced by {feature} can be compared with its source and edited before it is "
            "used.",
            "**{feature} states something wrong with confidence:** link each statement to its "
            "source and ask for a human glance before use.",
            "What may {feature} send to outside services, and what must stay in house?",
        ),
    },
    summary="{title} gives {audience} one place {does}.",
    summary_frame="{title} is built by {crew} in {span}, beginning with {lead}.",
    summary_limits="The idea sets limits for {title} that hold throughout: {limits}.",
    summary_must="The first version of {title} does not ship without {must}.",
    audience="{title} is first for {audience}, because {lead} matters most to them.",
    audience_found="The idea itself names {people}; each is asked separately what {lead} should "
    "change for them.",
    audience_talk="Before building, five {audience} show how they get by without {lead} today.",
    chosen="**{name}.** {about}",
    why_lead="{feature} carries {title}: it comes first and gets the most care.",
    why_next="{feature} follows {previous} and is tried by {audience} on its own.",
    why_must="{feature} was named a must-have, so {title} does not launch without it.",
    why_assumed="{feature} is assumed: the idea does not say it, but {title} is hard to use "
    "without it.",
    why_review="{feature} came in through feedback and is now part of {title}.",
    done_generic=(
        "{feature} does its job from start to end with real {topic} data, with no step done by "
        "hand.",
        "{feature} shows its result at once, or says what {title} is still waiting for.",
        "A mistake made in {feature} can be undone without losing other {topic} entries.",
        "{feature} works on a small phone screen and with a slow connection.",
    ),
    done_people=(
        "Four of five {audience} get through {feature} without being shown how.",
        "Someone new to {title} understands within a minute what {feature} is for.",
        "{audience} say in their own words what {feature} saves them.",
        "In the pilot, {feature} is used again in the second week.",
    ),
    done_detailed=(
        "The rules, limits and wording of {feature} are written down and agreed before building.",
        "The empty, wrong and overloaded cases of {feature} each have a screen of their own.",
        "{feature} is tested with twice as many {audience} as the other parts.",
    ),
    done_thrifty="{feature} uses ready-made services before anything is built specially, and its "
    "monthly cost is known.",
    done_general="What {feature} changed in {title} is shown to the person who raised it, and "
    "accepted.",
    limit="Every part of {title} is checked against the limit {limit}.",
    later="**After launch:** {feature} waits, so that {lead} gets done in the time there is.",
    dropped="**Left out:** {feature} is not part of {title}.",
    week="week {first}",
    weeks="weeks {first}–{last}",
    step="**{when}:** {what}",
    learn="Talk with five {audience} and sketch {lead}, to find out {learning}.",
    build="Build {features} for {title} and show it working to two {audience}.",
    build_thin="Build thin versions of {features}, so that {title} can be walked through.",
    build_deepen="Deepen {features} where {audience} got stuck.",
    pilot="Pilot {title} with a first group of {audience}, watching {lead} daily.",
    launch="Launch {title} to all {audience}, and compare with the target: {success}.",
    all_in_one="Build {features}, try it with three {audience} mid-week, and open {title} at the "
    "end.",
    settle="Settle the remark {feature} for {title}, and show what changed.",
    moved_up="**First demo moved up:** {lead} can be tried by {when}, before the rest of {title}.",
    team_alone="One person builds {title}, so {features} come strictly one after another.",
    team_together="{team} people work on {title} together, one part at a time: {features}.",
    team_tracks="{team} people work on {title} in {tracks} tracks side by side; the first track "
    "owns {lead}.",
    capacity_fits="{features} need about {needed} person-weeks of building, out of {capacity} "
    "available to {title}.",
    capacity_short="{title} has {capacity} person-weeks for building, and {features} alone would "
    "take about {needed}; the pilot must show what to simplify.",
    risk_topic="**{audience} may be content with how they handle {topic} now:** show them a "
    "sketch of {lead} in the first days and stop if fewer than three of five want it.",
    risk_alone="**If the one person on {title} is away, {lead} stands still:** keep notes from "
    "which another could go on within a day.",
    risk_many="**{team} people on {title} can get in each other's way:** give {lead} one owner "
    "and settle the seams between parts weekly.",
    risk_late="**{last} may not be ready within {span}:** decide at the halfway mark whether "
    "{title} can open without it.",
    risk_limit="**The limit {limit} may not hold:** test {lead} against it before anything else "
    "is built.",
    risk_cost="**Running costs of {title} creep up:** set a monthly cap, and make {costly} stop "
    "gracefully when it is reached.",
    risk_review="**{feature} may not be what its reviewer meant:** show a sketch within the "
    "first week and correct it.",
    success="The agreed measure for {title}: {success}.",
    success_lead="An early sign in the pilot: {audience} use {lead} again within a week.",
    success_next="For {feature}, count how many of those who start it also finish.",
    success_stop="If the measure for {title} stays under half its target after the pilot, {lead} "
    "is reworked before anything is added.",
    ask_people="The idea does not say who {title} is for: are {audience} the right first group?",
    ask_limits="What may {title} cost, and is there a date it cannot miss?",
    ask_assumed="Is {feature} wanted at all? The idea did not mention it, so {title} only "
    "assumes it.",
    ask_topic="What do {audience} do about {topic} today, and what would make them switch?",
    ask_review="By what will the reviewer recognise that {feature} is settled?",
    changes=ChangePhrases(
        added="{remark}: {feature} is now in the scope of {title}.",
        emphasised="{remark}: {feature} moved to the front and has stricter acceptance criteria.",
        dropped="{remark}: {feature} left the scope, and its time goes to {lead}.",
        not_there="{remark}: {feature} was not in the scope, and is now ruled out in writing.",
        cheaper="{remark}: {feature} is kept cheap, and costs are now among the risks.",
        sooner="{remark}: the plan now ends after {span}, and {lead} is shown earlier.",
        general="{remark}: this is now a scope item of {title} with a date, a risk and a question.",
    ),
)
