"""The words both readers lean on: verbs, people, names for a product, and words that say little."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERBS = _words("""
    accept access add adjust aggregate alert analyse analyze annotate answer apply approve archive
    arrange ask assess assign attach automate avoid balance block book borrow bring browse budget
    build buy calculate call cancel capture catch categorise categorize change chase chat check
    choose claim classify clean coach collect combine comment compare complete compose connect
    contact convert cook coordinate copy count create curate customise customize cut deliver
    describe design detect diagnose discover discuss display distribute divide donate download
    draft draw earn edit enter estimate evaluate exchange explain explore export express extract
    fill filter find fix flag follow forecast forward gather generate get give grade group grow
    guess guide handle help hire identify import improve inspect invite invoice join journal keep
    label learn lend let link list listen locate log look lower make manage map mark match measure
    meet memorise memorize mentor message miss monitor move navigate negotiate notify nudge offer
    open optimise optimize order organise organize outline pair park pay pick plan play post
    practice practise predict prepare press prevent preview print prioritise prioritize process
    propose protect provide publish purchase quiz rank rate reach read recall receive recognise
    recognize recommend record recycle redeem reduce refer register rehearse remember remind remove
    rent reorder repair replace reply report request reschedule resell reserve respond return reuse
    review reward ride route run save scan schedule score search see segment select sell send serve
    set share ship show sign simulate sing sketch sleep solve sort speak split spot start stay stop
    store stream study submit subscribe suggest summarise summarize support swap switch sync
    synchronise synchronize tag take talk teach tell test tip track trade train transcribe transfer
    translate travel tune turn understand update upload use vet view visit visualise visualize
    volunteer vote walk warn watch water work write
    """)
DOUBLED = _words("cut fit get let map nudge plan run set shop spot stop swap tag tip vet")

PEOPLE = _words("""
    adults agencies amateurs artists athletes audience bakeries beginners boys brides businesses
    cafes caregivers charities chefs children choirs churches citizens classes classmates clients
    clinics clubs coaches colleagues communities commuters companies cooks couples creators crews
    customers cyclists dads dentists departments developers doctors dwellers elderly elders
    employees engineers everyone families fans farmers farms fathers fishermen foodies founders
    freelancers friends gardeners girls grandparents groups guests gyms hikers hobbyists homeowners
    hospitals hosts hotels households immigrants individuals introverts investors journalists kids
    landlords lawyers learners librarians libraries locals managers marketers members men merchants
    migrants moms mothers museums musicians neighbors neighbours newcomers nomads nonprofits
    novices nurses offices organisations organizations owners parents passengers patients people
    personnel pharmacists photographers physicians podcasters professionals pupils recruiters
    refugees renters researchers residents restaurants retailers retirees riders roommates runners
    schools sellers seniors shoppers shops singles societies speakers staff startups stores
    streamers students studios survivors swimmers teachers teams teenagers teens tenants therapists
    toddlers tourists travelers travellers tutors universities users veterans vets villagers
    visitors volunteers women workers writers yogis youth
    """)
NOT_PEOPLE = _words("""
    answers banners calendars computers containers covers dinners doors drawers emails errors
    factors flowers folders headers letters markers meters monitors motors mirrors numbers offers
    orders papers planners players posters powers printers reminders routers scanners sensors
    servers speakers stickers timers tickets towers trackers trailers vouchers waters winters colors
    summers rivers layers fibers fevers clusters
    """)
DESCRIBING = _words("""
    active adult aging all amateur any beginner blind busy caring deaf disabled elderly every few
    first first-time freelance full-time home independent individual international large local
    lonely many married mid-size most new older our part-time people pet poor professional public
    remote retired rural senior several single small solo some tired urban visually working young
    younger
    """)
PRODUCTS = _words("""
    cli game app apps application bot chatbot marketplace platform product program service site
    software solution system tool website webapp plugin extension
    """)
STOP = _words("""
    a about above across after again against all already also although always am an and another any
    anything are around as at automatically away back be because been before being below best better
    between both but by can cannot could did different do does doing done down during each easily
    easy easier either else enough especially even ever every everything few first for from full
    fully further general generally good great had has have having he her here hers him his how
    however i idea if in instead into is it its itself just kind kinds last least less like little
    lot lots many may maybe me might mine more most much must my near nearby need needs never new
    next nice no nor not nothing now of off often on once one only onto or other others our out over
    own per perhaps please plus possible quickly quite rather really same several shall she should
    simple simply since single so some someone something soon still such than that the their them
    then there these they thing things this those though through thus time to together too toward
    towards two under until up upon us useful using usually very via want wants was way ways we well
    were what whatever when where whether which while who whole whom whose why will with within
    without would yes yet you your yours based able etc e.g i.e dont don't doesn't isn't i'd i'm
    it's let's we're you're that's can't won't w name title features dropped went got getting
    reminded right somebody anybody nobody everybody kinda gonna wanna stuff today
    """)

KO_PRODUCTS = (
    "웹앱", "모바일앱", "앱", "어플", "어플리케이션", "애플리케이션", "서비스", "플랫폼", "사이트",
    "웹사이트", "프로그램", "시스템", "도구", "툴", "챗봇", "봇", "솔루션", "게임", "커뮤니티",
    "장터", "마켓", "쇼핑몰", "웹", "홈페이지", "관리기", "노트", "다이어리",
)  # fmt: skip
KO_PEOPLE_ENDINGS = (
    "직장인", "자취생", "학생", "수험생", "취준생", "대학생", "중학생", "고등학생", "초등학생",
    "유학생", "부모", "엄마", "아빠", "가족", "가구", "부부", "연인", "커플", "친구", "이웃",
    "주민", "어르신", "노인", "시니어", "아이", "어린이", "청소년", "청년", "여성", "남성",
    "임산부", "환자", "간호사", "의사", "약사", "교사", "선생님", "강사", "개발자", "디자이너",
    "기획자", "마케터", "프리랜서", "사장님", "사장", "자영업자", "소상공인", "점주", "상인",
    "농부", "농가", "운전자", "여행자", "여행객", "관광객", "외국인", "이민자", "견주", "집사",
    "반려인", "보호자", "사용자", "이용자", "구매자", "판매자", "소비자", "고객", "손님", "회원",
    "팀", "팀원", "동호회", "모임", "회사", "기업", "스타트업", "학교", "병원", "식당", "카페",
    "매장", "가게", "기관", "사람", "분", "초보자", "입문자", "러너", "작가", "창작자", "유튜버",
    "크리에이터", "봉사자", "장애인", "군인", "신입사원", "사원", "직원", "근로자", "노동자",
    "관리자", "담당자", "전문가", "연구자", "음악가", "등산객", "캠퍼", "주부", "맞벌이",
    "1인가구", "세입자", "집주인", "임차인", "구직자", "코치", "선수", "팬", "독자", "신자",
    "단원", "조합원", "부모님", "자녀", "할머니", "할아버지",
    "입주민", "농민", "어민", "운영자", "주인",
)  # fmt: skip
KO_STOP = _words("""
    그리고 또 또는 및 등 등등 그런 이런 저런 그 이 저 것 수 때 더 좀 잘 꼭 반드시 매우 아주 정말
    가장 모든 여러 다양한 간단한 쉬운 쉽게 편하게 편리하게 간편하게 빠르게 빨리 함께 같이 서로 바로
    통해 통한 위한 위해 위해서 대한 대해 관한 관해 있는 있게 있다 있도록 있어요 있습니다 없는 없이
    없다 하는 하고 해서 하면 할 한 된 되는 되고 될 같은 싶다 싶어요 싶습니다 싶은 좋겠다 좋겠어요
    좋겠습니다 우리 나 내 제 저희 저는 나는 누구나 혼자 스스로 직접 자동으로 따라 맞는 맞게 맞춰
    기반 기반으로 중심 관련 이용 이용해 사용 사용해 활용 활용한 활용해 활용하여 만들 만들어 만들고
    만드는 만들어줘 개발 기획 제작 아이디어 기능 기능이 기능을 서비스 앱 어플 플랫폼 사이트 프로그램
    시스템 웹 도구 툴 주는 줘 주고 필요 필요해 필요한 필요합니다 원해요 원합니다 각 각자 매일 매주
    오늘 지금 이제 하지만 그래서 그러면 때문에 먼저 다시 계속 항상 많이 조금 많은 적은 작은 큰 좋은
    새로운 시작 운영 출시 베타 싸게 저렴하게 내야 있으면 예산 기간 비용 기한
    받고 보고 보는 보내 쓰는 가능 가능한 건의 매달 수백 수십 하나하나 너무 오래 시간 대상
    이름 제목 주제 타깃 타겟 필수 요즘 자꾸 있어야
    대상으로 사용자 않고 안에 이내 이하 이상 까지
    """)
