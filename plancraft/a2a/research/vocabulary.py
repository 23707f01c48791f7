"""Lists of words."""

__all__ = [
    "ABOUT_THE_WORK",
    "BREAKS",
    "ENDINGS",
    "ENGLISH_STOP",
    "HIDDEN",
    "KOREAN_STOP",
    "PARTICLES",
]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGLISH_STOP = _set(
    """
    a about above across after again against all almost also although always am among an and any
    are as at be because been before being below between both but by can cannot could did do
    does doing done down during each either else enough even ever every few for from further get
    had has have having he her here hers him his how however i if in instead into is it its
    itself just let like made make makes many may me might more most much must my neither no nor
    not now of off often on once one only or other others otherwise our out over own per please
    quite rather said same say says she should since so some still such than that the their them
    then there therefore these they this those though through thus to too two under until up
    upon us use used using very was way we well were what when where whether which while who
    whom whose why will with within without would yes yet you your tell explain describe main
    something set get gets way ways thing things kind kinds work works
    """
)
"""English words that say nothing about a text's subject."""

KOREAN_STOP = _set(
    """
    무엇 무엇이 무엇을 무엇인가 무엇인가요 무엇이고 무슨 뭐 뭘 왜 언제 어디 어디서 어떻게 어떤
    어느 누가 누구 누구를 얼마나 그리고 그러나 하지만 또는 또 및 등 것 것은 것이 것을 것인가 수
    때 때는 때에 점 중 더 덜 가장 매우 잘 못 안 꼭 다시 모두 다른 이 그 저 이런 그런 이것 그것
    이는 그는 여기 거기 우리 저희 대해 대하여 대한 관해 관한 위해 위한 통해 따라 따른 의해 같은
    같이 함께 있는 있나 있나요 있는가 있다 있습니다 있을 있음 없는 없다 없나요 없으면 있으면
    없을때 없이 없을 하는
    하나 하나요 하는가 한다 합니다 하고 하면 할 해야 해야하나 하기 하며 해서 되는 되나 되나요
    된다 됩니다 되면 될 되어 되어야 않는 않다 않고 않을 않으면 않은 말고 적혀 적힌 알려 알려줘
    알려주세요 설명 설명해 설명해줘 좋은 좋은가 좋은가요 좋을까 좋을까요 좋다 필요 필요한
    필요한가 필요한가요 경우 경우에 방법 방법은 문서 문서는 문서에 입니까 인가 인가요 일까 할까
    할까요 주세요 줘 좀 대로 무얼 이유 이유는
    """
)
"""Korean ones, as they are written with their endings."""

PARTICLES = _set(
    """
    에서는 에게는 에게서 으로는 으로서 으로써 이라는 이라고 까지 부터 처럼 보다 마다 에서 에게
    한테 이나 으로 에는 에도 이란 라는 라고 들은 들이 들을 들의 과의 와의 은 는 이 가 을 를 의
    에 로 와 과 도 만 나 란 들
    """
)
"""Korean particles after a noun."""

ENDINGS = _set(
    """
    하는 한다 하다 했다 하고 하며 하면 하여 하기 하지 하게 하도록 해야 해서 했을 합니다 했습니다
    한다면 하려면 하려고 할지 할까 할까요 하나요 하는가 하는데 하거나 되는 된다 되면 되고 되어
    되지 됩니다 되었다 됐다 시키는 시킨다 어야 아야 여야 야
    입니다 이다 인가 인가요 적인 적으로 한 할 될 된
    """
)
"""Endings that make a Korean noun a verb."""

ABOUT_THE_WORK = _set(
    """
    plan report data finding findings question questions source sources result results summary
    analysis please look looks add adds missing miss more less focus cover include exclude drop
    remove leave omit skip ignore instead rather only again rewrite write search find want need
    needs should short shorter brief concise long longer detail detailed details wrong bad good
    better enough too also use using read keep key version draft first not don don't dont 계획
    계획을 계획에 보고서 보고서를 보고서에 자료 자료를 자료가 질문 질문을 질문이 출처 출처를
    결과 결과를 요약 요약을 분석 추가 추가해 추가해주세요 넣어 넣어주세요 다뤄 다루어 다뤄주세요
    빼고 빼 빼주세요 빼줘 제외 제외하고 제외해 말고 대신 부족 부족해요 부족합니다 부족하다
    자세히 상세히 짧게 길게 간결하게 초점 초점을 집중 집중해 중점 중점을 맞춰 다시 써 써주세요
    찾아 찾아주세요 조사 조사해 더 봐주세요 보고 해주세요 주세요 바랍니다 사용 사용해 참고
    참고해 포함 포함해 너무 깁니다 짧습니다 내용 내용을 내용이 관한 빠졌습니다 빠졌어요
    """
)
"""What a reviewer says about the work itself, not about its subject."""

BREAKS = _set(
    """
    address article aside blockquote body br caption center dd details div dl dt fieldset
    figcaption figure footer form header hr html li main nav ol option p section summary table
    tbody td tfoot th thead tr ul h1 h2 h3 h4 h5 h6 title
    """
)
"""HTML elements that begin a new paragraph."""

HIDDEN = _set(
    """
    script style template noscript svg math head nav table pre select
    """
)
"""HTML elements whose text is no prose."""
