"""Posts that judge nothing, or only wish to have it: who wants the target, sells it, or merely names where they are."""

from __future__ import annotations

import re

from nlp.stance.polarity import Lexicon
from nlp.stance.scene import OTHER, TARGET, Scene
from nlp.stance.verdict import Verdict

__all__ = ["advertised", "announced", "reported", "stood_by", "wanted"]

_WANTS = re.compile(
    r"(?<![没不])(?:好|真|超|太|特别|很|巨|就)想(?:再)?(?:现在就?)?(?:要|买|吃|喝|去|住|穿|用|换|入|试|抽|拥有|体验|窝|来|瘫|躺|坐|飞|开|抱|玩)|"
    r"(?<!不)(?<!没)(?<!没有)想(?:要|换|入手?|买|拥有|抽)(?!退)|做梦都想|梦寐以求|梦中情|种草|长草|坐等|期待|等不及|迫不及待|"
    r"眼馋|馋(?:哭|死|了|得)|好馋|嘴馋|心动|心痒|流口水|攒钱|存钱买|(?<!不)舍得买|拿下|必入|入手|剁手|蹲(?:一个|降价|补货)|许愿|(?:生日|新年|圣诞|今年的?|小小的?)(?:愿望|心愿)|(?:求|什么时候)[^,。!?;]{0,6}开到|"
    r"求(?:老公|老婆|爸妈|大家)?[^,。]{0,6}送|送我|什么时候(?:才)?(?:能|可以)[^,。]{0,8}(?:自由|拥有|买|实现|开上|吃上|喝上|用上|开到)|"
    r"要是能[^,。]{0,4}(?:开上|买|拥有|用上|住上|住进|去|吃上)|第一件事[^,。]{0,6}买|预约了|已预约|一定冲|必冲|会冲|准备冲|第一个去|"
    r"已下单|下单了|(?:就|立马|马上|果断|直接)下单|想[吃喝]|想[坐住开去玩尝][一上遍]|非得?[^,。!?;]{1,14}不可|被[^,。!?;]{0,14}种(?:草|得|到|了)|(?<![不没本])想[去住坐玩穿][^,。!?;]{0,4}\ue000|走不动[道路]|挪不动[步腿脚]|迈不开[步腿]|冲冲冲|(?:立刻|立马|马上|这就|明天就|准备)去?(?:下?订|提车|下单)(?!单)|咬咬?牙(?:订|买|入|下单|冲|换)|惦记|念念不忘|"
    r"心心念念|朝思暮想|日思夜想|勾了?[魂走]|巴不得[^,。]{0,8}(?:提|拿|收|穿|开|住|吃|用)[到上]|(?:打折|降价|补货|到货|开售|上架)[我就]{0,2}(?:入|买|冲|回坑)|"
    r"(?:立马|立刻|果断|无脑)回购|(?:等|攒)[^,。]{1,10}[,]?(?:我?就|一定|必须|立刻|马上|先|要)(?:去|先去)?(?:买|订|吃|坐|抱|入|换|冲|住|提)|"
    r"(?:一定|必须|迟早|早晚)要?(?:再?去|住|买|入|吃|坐|开|拥有|安排)(?:一[次下回趟]|上)?|[抱带]回家|把[^,。!?;]{1,12}收了|念叨|"
    r"(?:希望|求|期盼|盼着?|能不能|什么时候)[^,。!?;]{0,16}(?:带回来|返场|复刻|回归|放回|重新上架|补货|出(?:新作|续作|联名|周边))"
)
_WANTS_NOT = re.compile(
    "再也不|不想|没想|不敢|没兴趣|本来想|原本想|本想|曾经想|后悔|退[款货了掉]|劝退|不值|别买|不要买|不会买|还钱|赶紧|"
    "能不能(?![^,。]{0,16}(?:放回|返场|复刻|回归|补货|带回|出新))|投诉|别再|骗|[懂知]道?我|失望|等了|多久|催"
)
_FOR_SALE = re.compile(
    r"限时|抢购|包邮|秒杀|立减|直降|满减|减[一二三四五六七八九十百千\d]+元?|优惠券|满减券|[一-九\d]折|折起|特价|大促|特惠|促销|买[一二两三]送|"
    r"下单(?:即|立|就送|有礼)|点击|链接|扫码|戳图|加微信|加v|私信|有意|咨询|详询|详情|热线|正品保证|专柜|验货|代购|直邮|小票齐|滴滴我|代理|代办|代发|加盟|诚聘|"
    r"招聘|包吃住|月薪|转让|全新未拆|二手|回收|上门|当面付款|原价出|出一[张台部个件]|求购|转发[^。]{0,10}(?:关注|抽)|抽[^,。]{0,6}送|先到先得|"
    r"到店|进店|直播间|限量|首发|新品上市|以旧换新|补贴|开学季|周年庆|火热|欢迎|立即|即日起|现货|送[^,。]{0,4}(?:一份|一台|表带|礼)|有礼|官方旗舰店|"
    r"仅剩|名额|免费领|领取|在线报价|一件代发|(?:价格?)?可(?:小刀|议|谈)|议价|好商量|面交|自提|走闲鱼|闲置|还剩[^,。]{1,5}(?:个月|次|天|节)|"
    r"宠粉|粉丝福利|开奖|抽奖|[揪抽][一二两三四五六七八九十几\d]+[位个名]|评论区[揪抽]|日结|门店招|维修"
)
_OWN_WORDS = re.compile("(?<![滴系加找戳私信])我(?!们)|本人觉得|感觉|居然|竟然|无语|后悔")
_OFFICIAL = re.compile(
    r"尊敬的|亲爱的(?:用户|顾客|旅客|会员|玩家|家人)|(?:^|[。!])亲+,|(?:您|你)好[,!]?(?:我是|这里是|这边是)|我司|本公司|敬请|郑重|声明|情况说明|公告|通告|致歉信|"
    r"给您(?:带来|造成|安排|补)|(?:非常|十分|深表|诚挚)(?:抱歉|歉意)|为您(?:处理|安排|登记|核实)|(?:您的?|工单|专员|客服代表)[^,。]{0,12}(?:登记|升级|联系您|跟进|处理)|"
    r"感谢(?:您|大家|广大|各位)[^,。]{0,14}(?:支持|关注|理解|耐心|反馈)|请您|如需|如有疑问|请留意|以官网|详见官网|(?:今日|正式|隆重)(?:宣布|推出|发布|官宣)|"
    r"我们(?:将|已|会|始终|一直)|第一时间成立|调查组|停业整顿|不实信息|谣言|分批推送|起(?:正式)?(?:调整|实施|施行|生效|推送|恢复)"
)
_OFFICIAL_CUES = 2
_SPEAKER = re.compile("我司|我(?:是|方|公司|行|店|院)")
_QUOTED = re.compile("[“”\"'「」]|客服(?:说|回|让|告诉)|回复(?:我|说|:)|结果|呵呵")
_PLACE = re.compile(
    f"{TARGET}[^,。!?的]{{0,4}}(?:门口|门前|门外|旁边|对面|隔壁|附近|楼下|停车场|外墙|路口|施工现场)|"
    f"(?:路过|经过){TARGET}(?![^。!?;]{{0,8}}(?:走不动|挪不动|迈不开|忍不住|馋|心痒))|(?:坐|待|等)在{TARGET}[^,。!?的]{{0,3}}里?|"
    f"在{TARGET}[^,。!?的]{{0,4}}[,](?:遇[见到]|碰[见到]|看[见到]|听[见到])|"
    f"(?:在|刚从|刚刚在){TARGET}(?:里|店里)?(?:看|追|听|写|等|遇|碰|偶遇|捡|坐着|出来)"
)
_MEDIUM = re.compile(
    f"(?:在|用|从|上|刷)?{TARGET}(?:上|里|[Aa]pp)?(?:又)?(?:刷到|看到|看了|看完|听到|听了|重温|追完|追了|搜到|找的|找到|买的票|卖出)"
)
_OTHERS = re.compile(
    f"(?:有[个人位]|一[个位名]|那个|前面那?辆?|前车|旁边|对面|隔壁桌|邻居|楼上)[^,。!?;]{{0,10}}(?:[拿用开坐骑穿背玩刷]着?|在){TARGET}|"
    f"(?:前面|旁边|隔壁|对面|后面)那?[辆台个]{TARGET}|"
    f"(?:[舍室]友|同桌|对铺|大[爷妈叔]|[一那]个?[男女]的|熊孩子|楼[上下])[^,。!?;]{{0,10}}[拿用开骑刷玩]着?{TARGET}[^。!?;]{{0,6}}"
    "(?:[外公]放|大声|吵|打电话|插队|占|挡|乱停|加塞|远光|鸣笛|别车)"
)
_REPORTS = re.compile(
    r"据[^,。]{2,10}(?:报道|消息|获悉|统计|数据|显示|[,:])|[社报网]\d{0,2}[月日]?\d{0,2}日?(?:电|讯)|(?:公告|通报|官网|财报|年报|季报|公报|招股书|工信部)[^,。]{0,4}(?:显示|称|披露|[,:])|"
    r"签署|同比|环比|(?:将于|将在)[^,。]{0,4}\d+[月日]|发布[^,。]{0,6}(?:财报|季报|年报|公告|业绩)|\d+亿元"
)
_INCIDENT = re.compile(
    "警方|公安|反诈|民警|冒充|派出所|嫌疑人|诈骗团伙|法院|判决|判刑|获刑|检察|落网|抓获|拘留|盗窃|小偷|消防|救援|营救|施救|被困|侧翻|考古|证监会|统计局|"
    "某(?:男子|女子|明星|博主|上市公司)|网友(?:在|拍)|(?:前|离职)[^,。]{0,2}员工|志愿者|奥运冠军|大学生|外卖员|村民"
)
_ACCUSED = re.compile(
    f"{TARGET}[^,。!?]{{0,8}}(?:被(?:罚|约谈|查|立案|起诉|曝|投诉|调查|通报|处罚)|涉嫌|致|爆炸|起火|自燃|失控|道歉|回应质疑|召回|侵权|违法|违规|"
    "造假|偷税|泄露|裁员|欠薪|虚假)"
)
_ABOUT_IT = re.compile(
    "服务|店员|味道|口味|好喝|难喝|好吃|难吃|价格|质量|客服|排队|环境|画质|卡顿|广告|会员|更新|算法|审核|产品|包装|早餐|房间|咖啡|售后|骑手|配送|"
    "快递|退款|物流|死机|推荐(?:算法|的都)"
)


def wanted(scene: Scene, words: Lexicon) -> Verdict | None:
    """Who wants the target, or has just decided on it, speaks for it; whoever waits for a fault's end does not."""
    for sentence in scene.sentences:
        if TARGET not in sentence or OTHER in sentence or not _WANTS.search(sentence):
            continue
        if not _WANTS_NOT.search(sentence) and -1 not in words.signs(sentence):
            return Verdict(fate=1, why="wanting")
    return None


def advertised(scene: Scene, words: Lexicon) -> Verdict | None:
    """Who sells, gives away or hires says no opinion, whatever is praised."""
    cues = {match[0] for match in _FOR_SALE.finditer(scene.text)}
    if len(cues) < 2 or _OWN_WORDS.search(scene.text) or -1 in words.signs(scene.text):
        return None
    return Verdict(fate=0, why="advertising")


def announced(scene: Scene, words: Lexicon) -> Verdict | None:
    """A firm's announcement and its customer service's own words are nobody's opinion of it; quoted they may be."""
    cues = {match[0] for match in _OFFICIAL.finditer(scene.text)}
    if len(cues) < _OFFICIAL_CUES or _OWN_WORDS.search(_SPEAKER.sub("", scene.text)) or _QUOTED.search(scene.text):
        return None
    return Verdict(fate=0, why="official")


def stood_by(scene: Scene, words: Lexicon) -> Verdict | None:
    """A place where something happens, a medium in which something is seen, a name in other people's news."""
    text = scene.text
    if OTHER in text or _ABOUT_IT.search(text) or _ACCUSED.search(text):
        return None
    if any(aside.search(text) for aside in (_PLACE, _MEDIUM, _OTHERS, _INCIDENT)):
        return Verdict(fate=0, why="place")
    return None


def reported(scene: Scene, words: Lexicon) -> Verdict | None:
    """What an agency, a company's papers or its figures say is news, and nobody's opinion."""
    if not _REPORTS.search(scene.text) or _OWN_WORDS.search(scene.text) or _ACCUSED.search(scene.text):
        return None
    return None if -1 in words.signs(scene.text) else Verdict(fate=0, why="news")
