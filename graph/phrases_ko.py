"""The planner's sentences in Korean."""

from graph.phrases import ChangePhrases, DirectionPhrases, FieldPhrases, Phrases, TraitPhrases

KOREAN = Phrases(
    plan_of="{title} 기획안",
    headings={
        "summary": "요약",
        "audience": "누구를 위한 것인가",
        "direction": "방향",
        "scope": "범위",
        "milestones": "일정",
        "risks": "위험과 대응",
        "success": "성공을 재는 방법",
        "questions": "남은 질문",
        "boundaries": "조건과 나중으로 미룬 것",
        "changes": "의견을 반영해 바뀐 점",
    },
    quote="‘{text}’",
    everyone="{topic}에 관심 있는 사람",
    spans=("1주", "{count}주"),
    crews=("한 명", "{count}명"),
    fallback_parts=("{topic} 등록과 수정", "지난 {topic} 다시 찾기"),
    remark_heading="의견 반영: {remark}",
    suggested_success="{lead} 기능을 써 본 사람의 절반이 2주 안에 다시 사용",
    form="기획에 필요한 내용",
    fields={
        "audience": FieldPhrases("대상", "누가 가장 먼저 쓰는지 짧게 적습니다."),
        "weeks": FieldPhrases("기간(주)", "출시까지 몇 주가 있는지 적습니다."),
        "team_size": FieldPhrases("팀 인원", "몇 명이 함께 만드는지 적습니다."),
        "must_have": FieldPhrases(
            "필수 요소", "첫 버전에 꼭 있어야 할 것을 세미콜론(;)으로 나누어 적습니다."
        ),
        "success": FieldPhrases("성공 기준", "무엇을 재서 성공으로 볼지 적습니다."),
    },
    directions={
        "focused_start": DirectionPhrases(
            title="{lead}에 집중해 시작하기",
            description="{people}에게 {lead:을} 먼저 제대로 제공하고, 쓰이기 시작하면 {rest:을} "
            "더합니다.",
            consequence="{title:은} {lead}만으로 문을 열고, 나머지는 {audience:이} 도움 없이 "
            "쓰게 된 뒤로 미룹니다.",
            risk="**{audience}에게 {lead}만으로는 부족할 수 있습니다** – 첫 시험 참여자에게 "
            "{second:을} 수작업으로 제공해 보고 다시 찾는지 확인합니다.",
            learning="{lead}만으로 충분한지",
        ),
        "broad_launch": DirectionPhrases(
            title="{title} 전체를 한 번에 보여 주기",
            description="{all:을} 얇게 모두 만들어 {people}에게 전체 모습을 보여 주고, 쓰이는 "
            "곳을 깊게 다듬습니다.",
            consequence="{title}의 모든 부분을 얇게 시작하고, {lead:와} {second} 가운데 무엇을 "
            "먼저 다듬을지는 사용량을 보고 정합니다.",
            risk="**얇게 만든 {title:이} 정작 중요한 곳에서 실망을 줄 수 있습니다** – "
            "{audience:이} 그래도 추천할 만한 {lead}의 최소 모습을 미리 합의합니다.",
            learning="{title}에서 무엇을 가장 먼저 찾는지",
        ),
        "riskiest_first": DirectionPhrases(
            title="{riskiest}부터 검증하기",
            description="가장 불확실한 {riskiest:을} {people:와} 함께 먼저 검증한 뒤 {others:을} "
            "만듭니다.",
            consequence="{audience:와} 함께 {riskiest:을} 시험해 통과하기 전에는 {others} 작업을 "
            "시작하지 않습니다.",
            risk="**{riskiest} 시험이 실패할 수 있습니다** – 어떤 결과면 {title:을} 멈추고 어떤 "
            "결과면 고쳐서 계속할지 미리 적어 둡니다.",
            learning="{riskiest:이} 실제로 되는지",
        ),
    },
    own_direction=DirectionPhrases(
        title="{name}",
        description="{about}",
        consequence="이 방향에 따라 {title}에서는 {lead:을} 앞에 두고, 다음 부분은 매번 "
        "‘{name}’에 맞는지 따져 봅니다.",
        risk="**‘{name}’ 방향이 {title:을} {lead}에서 멀어지게 할 수 있습니다** – 단계가 끝날 "
        "때마다 둘을 나란히 놓고 살펴봅니다.",
        learning="‘{name}’ 방향이 {audience}에게 맞는지",
    ),
    traits={
        "payment": TraitPhrases(
            "{feature} 과정에서 결제는 한 번만 처리되고, 실패하면 {audience:이} 이해할 말로 "
            "이유를 알려 줍니다.",
            "**{feature} 과정에서 돈이 잘못 오갈 수 있습니다** – 검증된 결제 대행사를 쓰고, "
            "시범 운영 동안 {title}의 거래를 매일 맞춰 봅니다.",
            "{feature} 과정에서 돈은 누가 맡아 두고, 환불은 누가 책임지나요?",
        ),
        "booking": TraitPhrases(
            "두 사람이 같은 시간을 잡으려 해도 {feature} 결과는 한 사람에게만 돌아갑니다.",
            "**약속을 어기는 사람이 많으면 {feature:을} 믿을 수 없게 됩니다** – 하루 전에 "
            "확인을 받고, 확인되지 않은 자리는 다시 엽니다.",
            "{feature:은} 언제까지 취소할 수 있고, 늦게 취소하면 어떻게 하나요?",
        ),
        "matching": TraitPhrases(
            "시범 지역에서 {feature} 요청 열 건 가운데 아홉 건은 알맞은 상대나 물건을 셋 이상 "
            "보여 줍니다.",
            "**{feature} 과정에서 한쪽 참여자가 모자랄 수 있습니다** – 한 지역에서 모으기 "
            "어려운 쪽을 먼저 직접 채운 뒤 다른 쪽을 초대합니다.",
            "{feature} 참여자 가운데 어느 쪽을 모으기가 더 어렵고, 처음 스무 명은 어디에 있나요?",
        ),
        "messaging": TraitPhrases(
            "{feature:로} 보낸 내용은 5초 안에 닿고, 닿지 못하면 그 사실을 알려 줍니다.",
            "**{feature} 기능이 괴롭힘이나 광고에 쓰일 수 있습니다** – 차단과 신고를 첫 "
            "버전부터 함께 내놓습니다.",
            "{feature} 내용은 얼마 동안 보관하고, 누가 볼 수 있나요?",
        ),
        "reminder": TraitPhrases(
            "{feature:은} 사용자가 고른 시각에 이루어지고, 한 번 눌러 끌 수 있습니다.",
            "**{feature:이} 잦아서 꺼 버릴 수 있습니다** – 하루 한 번으로 시작하고 "
            "{audience:이} 직접 늘리게 합니다.",
            "하루 가운데 언제 {feature:이} 도움이 되고 언제 귀찮아지나요?",
        ),
        "location": TraitPhrases(
            "위치 권한을 거절해도 주소를 입력하면 {feature:을} 쓸 수 있습니다.",
            "**{feature} 과정에서 사용자의 위치가 드러날 수 있습니다** – 대략의 지역만, 필요한 "
            "동안만 보관합니다.",
            "{feature:이} 쓸모 있으려면 위치가 얼마나 정확해야 하나요?",
        ),
        "suggesting": TraitPhrases(
            "{feature} 결과 열 건 가운데 일곱 건을 {audience:이} 고치지 않고 받아들이고, "
            "결과마다 이유가 붙습니다.",
            "**{feature} 결과가 나쁘면 초기에 믿음을 잃습니다** – 사람이 확인한 단순한 규칙으로 "
            "시작하고, 거절된 결과를 모두 기록합니다.",
            "{feature}의 바탕이 될 자료가 지금 무엇이 있나요?",
        ),
        "searching": TraitPhrases(
            "{topic:을} 찾는 예시 질문 스무 개에서 {feature} 결과의 첫 다섯 개 안에 정답이 "
            "있습니다.",
            "**초기에는 {feature} 결과가 비어 있을 수 있습니다** – 시범 운영 전에 {topic} "
            "자료를 충분히 넣고, 비슷한 결과도 보여 줍니다.",
            "{audience:은} {topic:을} 찾을 때 어떤 말을 쓰나요?",
        ),
        "recording": TraitPhrases(
            "{feature} 한 번에 15초가 걸리지 않고, 나중에 고치거나 내보낼 수 있습니다.",
            "**{feature} 습관이 일주일 뒤 끊길 수 있습니다** – 아는 값은 미리 채워 주고, 한 번 "
            "할 때마다 작은 보람을 보여 줍니다.",
            "{feature}에 꼭 필요한 항목은 무엇이고, 무엇을 빼도 되나요?",
        ),
        "sharing": TraitPhrases(
            "{feature} 전에 누가 보게 되는지 사용자가 먼저 확인합니다.",
            "**{feature} 과정에서 사적인 내용이 새어 나갈 수 있습니다** – 기본값을 비공개로 "
            "두고, 언제든 거둘 수 있게 합니다.",
            "{feature:로} 다른 사람이 올린 내용을 누가 고칠 수 있나요?",
        ),
        "media": TraitPhrases(
            "연결이 끊겨도 {feature} 작업은 멈춘 곳에서 이어집니다.",
            "**{feature} 때문에 저장 공간이 사용량보다 빨리 늘 수 있습니다** – 올릴 때 크기를 "
            "줄이고 사람마다 한도를 둡니다.",
            "{feature} 파일은 누구의 것이고, 언제 지우나요?",
        ),
        "health": TraitPhrases(
            "{feature} 안내 문구를 전문가가 확인했고, 위급할 때 연락할 곳이 함께 나옵니다.",
            "**{feature} 결과를 의학적 조언으로 받아들일 수 있습니다** – 한계를 화면에 적고, "
            "문구를 전문가에게 검토받습니다.",
            "{feature}에 적용되는 건강 정보 관련 법규는 무엇인가요?",
        ),
        "learning": TraitPhrases(
            "{feature:을} 일주일 쓴 {audience:이} 같은 문제를 전보다 더 많이 맞힙니다.",
            "**{feature:을} 시작만 하고 그만둘 수 있습니다** – 한 단위를 10분 안쪽으로 나누고, "
            "끝날 때마다 나아진 정도를 보여 줍니다.",
            "{feature} 내용은 누가 쓰고 누가 검수하나요?",
        ),
        "device": TraitPhrases(
            "기기 연결이 끊기면 {feature} 화면이 1분 안에 알려 주고, 그때까지의 값은 남습니다.",
            "**{feature:이} 제각각인 기기에 매일 수 있습니다** – 처음에는 두 기종만 지원하고 "
            "직접 입력하는 길도 둡니다.",
            "{audience:은} {feature}에 쓸 기기를 이미 갖고 있나요?",
        ),
        "writing": TraitPhrases(
            "{feature} 결과는 원문과 나란히 견주어 보고, 쓰기 전에 고칠 수 있습니다.",
            "**{feature} 결과에 틀린 내용이 그럴듯하게 담길 수 있습니다** – 문장마다 근거를 "
            "연결하고, 쓰기 전에 사람이 한 번 훑어보게 합니다.",
            "{feature} 과정에서 외부로 보내도 되는 자료와 안 되는 자료는 무엇인가요?",
        ),
    },
    summary="{title:은} {audience}에게 {does:을} 한곳에서 제공합니다.",
    summary_frame="{crew:이} {span} 동안 {title:을} 만들며, {lead}부터 시작합니다.",
    summary_limits="아이디어가 정한 {title}의 조건을 끝까지 지킵니다: {limits}.",
    summary_must="{title}의 첫 버전은 {must} 없이는 내놓지 않습니다.",
    audience="{title:은} 먼저 {audience:을} 위한 것이며, 이들에게 가장 중요한 것은 {lead}입니다.",
    audience_found="아이디어에 나온 {people}에게는 {lead:이} 무엇을 바꿔야 하는지 따로따로 "
    "묻습니다.",
    audience_talk="만들기 전에 {audience} 다섯 명이 지금 {lead} 없이 어떻게 지내는지 직접 봅니다.",
    chosen="**{name}.** {about}",
    why_lead="{feature:은} {title}의 중심이므로 가장 먼저, 가장 공들여 만듭니다.",
    why_next="{feature:은} {previous} 다음에 만들고, {audience:와} 따로 시험합니다.",
    why_must="{feature:은} 필수로 꼽혔으므로 이것 없이는 {title:을} 출시하지 않습니다.",
    why_assumed="{feature:은} 아이디어에 없지만 {title:을} 쓰려면 필요하다고 보고 넣은 가정입니다.",
    why_review="{feature:은} 의견을 받아 {title}에 새로 넣은 부분입니다.",
    done_generic=(
        "실제 {topic} 자료로 {feature:을} 처음부터 끝까지 수작업 없이 마칠 수 있습니다.",
        "{feature} 결과가 바로 보이거나, {title:이} 무엇을 기다리는지 알려 줍니다.",
        "{feature} 중에 한 실수는 다른 {topic} 내용을 잃지 않고 되돌릴 수 있습니다.",
        "작은 휴대전화 화면과 느린 연결에서도 {feature:을} 쓸 수 있습니다.",
    ),
    done_people=(
        "{audience} 다섯 명 가운데 네 명이 설명 없이 {feature:을} 끝까지 해냅니다.",
        "{title:을} 처음 보는 사람이 1분 안에 {feature:이} 무엇을 위한 것인지 압니다.",
        "{audience:이} {feature} 덕분에 무엇이 줄었는지 자기 말로 이야기합니다.",
        "시범 운영 둘째 주에도 {feature:을} 다시 씁니다.",
    ),
    done_detailed=(
        "{feature}의 규칙과 한도, 문구를 만들기 전에 적어 합의합니다.",
        "{feature} 내용이 비었을 때, 틀렸을 때, 몰렸을 때의 화면을 각각 둡니다.",
        "{feature:은} 다른 부분보다 {audience:을} 두 배로 모아 시험합니다.",
    ),
    done_thrifty="{feature:은} 직접 만들기 전에 기존 서비스를 먼저 쓰고, 한 달 비용을 미리 "
    "계산해 둡니다.",
    done_general="{feature} 의견을 낸 사람에게 {title}에서 바뀐 모습을 보여 주고 확인받습니다.",
    limit="{title}의 모든 부분이 {limit} 조건을 지키는지 확인합니다.",
    later="**출시 이후:** 주어진 시간에 {lead:을} 마치도록 {feature:은} 뒤로 미룹니다.",
    dropped="**제외:** {feature:은} {title}에 넣지 않습니다.",
    week="{first}주 차",
    weeks="{first}–{last}주 차",
    step="**{when}:** {what}",
    learn="{audience} 다섯 명과 이야기하고 {lead:을} 스케치해, {learning} 알아봅니다.",
    build="{title}에 들어갈 {features:을} 만들어 {audience} 두 명에게 보여 줍니다.",
    build_thin="{title:을} 처음부터 끝까지 둘러볼 수 있게 {features:을} 얇게 만듭니다.",
    build_deepen="{audience:이} 막힌 곳을 중심으로 {features:을} 다듬습니다.",
    pilot="{audience} 첫 모둠과 {title:을} 시범 운영하며 {lead} 사용을 날마다 살핍니다.",
    launch="{title:을} {audience} 모두에게 열고 목표와 견줍니다: {success}.",
    all_in_one="{features:을} 만들어 주중에 {audience} 세 명과 시험하고, 주말에 {title:을} 엽니다.",
    settle="{feature} 의견을 {title}에 반영하고 바뀐 모습을 보여 줍니다.",
    moved_up="**첫 시연 앞당김:** {title}의 나머지보다 앞서 {when}까지 {lead:을} 써 볼 수 있게 "
    "합니다.",
    team_alone="한 사람이 {title:을} 만들므로 {features:을} 하나씩 차례로 진행합니다.",
    team_together="{team}명이 {title:을} 함께 만들며 한 번에 한 부분씩 진행합니다: {features}.",
    team_tracks="{team}명이 {tracks}개 조로 나누어 {title:을} 동시에 만들고, 첫째 조가 {lead:을} "
    "맡습니다.",
    capacity_fits="{title} 제작에 쓸 수 있는 {capacity}인주 가운데 {features}에 약 "
    "{needed}인주가 듭니다.",
    capacity_short="{title} 제작에 쓸 수 있는 시간은 {capacity}인주인데 {features}만 해도 약 "
    "{needed}인주가 들므로, 무엇을 줄일지 시범 운영에서 정합니다.",
    risk_topic="**{audience:이} 지금의 {topic} 방식에 만족할 수 있습니다** – 처음 며칠 안에 "
    "{lead} 스케치를 보여 주고, 다섯 명 중 셋 이상이 원하지 않으면 멈춥니다.",
    risk_alone="**{title} 담당자 한 명이 자리를 비우면 {lead:이} 멈춥니다** – 다른 사람이 하루 "
    "안에 이어받을 수 있게 기록을 남깁니다.",
    risk_many="**{team}명이 {title:을} 함께 만들면 서로 부딪칠 수 있습니다** – {lead} 담당을 한 "
    "명 정하고, 부분 사이의 경계를 매주 맞춥니다.",
    risk_late="**{span} 안에 {last:을} 끝내지 못할 수 있습니다** – 일정의 절반에서 {title:을} "
    "그것 없이 열 수 있는지 정합니다.",
    risk_limit="**{limit} 조건을 지키지 못할 수 있습니다** – 다른 것을 만들기 전에 {lead:이} 이 "
    "조건에 맞는지 먼저 시험합니다.",
    risk_cost="**{title} 운영비가 조금씩 늘 수 있습니다** – 한 달 상한을 정하고, 상한에 닿으면 "
    "{costly:이} 안전하게 멈추게 합니다.",
    risk_review="**{feature} 반영 결과가 의견을 낸 사람의 뜻과 다를 수 있습니다** – 첫 주에 "
    "스케치를 보여 주고 바로잡습니다.",
    success="{title}의 합의된 성공 기준: {success}.",
    success_lead="시범 운영의 첫 신호: {audience:이} 일주일 안에 {lead:을} 다시 씁니다.",
    success_next="{feature:은} 시작한 사람 가운데 끝까지 마친 사람의 수를 셉니다.",
    success_stop="시범 운영 뒤 {title}의 성과가 목표의 절반에 못 미치면, 새로 더하기 전에 "
    "{lead:을} 다시 만듭니다.",
    ask_people="아이디어에는 {title:을} 누가 쓰는지 나와 있지 않습니다: {audience:이} 첫 "
    "대상으로 맞나요?",
    ask_limits="{title}에 쓸 수 있는 비용은 얼마이고, 넘길 수 없는 날짜가 있나요?",
    ask_assumed="{feature:이} 정말 필요한가요? 아이디어에 없어 {title}에 가정으로 넣었습니다.",
    ask_topic="{audience:은} 지금 {topic} 문제를 어떻게 해결하고, 무엇이 있으면 바꾸나요?",
    ask_review="의견을 낸 사람은 무엇을 보면 {feature:이} 해결됐다고 느끼나요?",
    changes=ChangePhrases(
        added="{remark}: {feature:을} {title} 범위에 넣었습니다.",
        emphasised="{remark}: {feature:을} 맨 앞으로 옮기고 완료 조건을 더 엄격하게 했습니다.",
        dropped="{remark}: {feature:을} 범위에서 빼고 그 시간을 {lead}에 씁니다.",
        not_there="{remark}: {feature:은} 원래 범위에 없었으며, 넣지 않기로 분명히 적었습니다.",
        cheaper="{remark}: {feature:을} 저렴하게 만들고, 비용을 위험 목록에 올렸습니다.",
        sooner="{remark}: 전체 일정을 {span:로} 줄이고 {lead:을} 더 일찍 보여 줍니다.",
        general="{remark}: {title} 범위와 일정에 넣고 위험과 질문을 하나씩 더했습니다.",
    ),
)
