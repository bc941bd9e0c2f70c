"""Words of company names that say where, what for and in which legal form, but not who."""

# Prefecture-level cities by province, short forms; provinces by their pinyin.
CITIES: dict[str, str] = {
    "beijing": "北京",
    "tianjin": "天津",
    "hebei": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 雄安",
    "shanxi": "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "neimenggu": "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒 阿拉善",
    "liaoning": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛",
    "jilin": "长春 四平 辽源 通化 白山 松原 白城 延边",
    "heilongjiang": "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭",
    "shanghai": "上海",
    "jiangsu": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "zhejiang": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水",
    "anhui": "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "fujian": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "jiangxi": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "shandong": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "henan": "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源",
    "hubei": "武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 仙桃 潜江 天门 神农架",
    "hunan": "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西",
    "guangdong": (
        "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮"
    ),
    "guangxi": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "hainan": "海口 三亚 三沙 儋州",
    "chongqing": "重庆",
    "sichuan": (
        "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山"
    ),
    "guizhou": "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南",
    "yunnan": "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆",
    "xizang": "拉萨 日喀则 昌都 林芝 山南 那曲 阿里地区",
    "shaanxi": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛",
    "gansu": "兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南",
    "qinghai": "西宁 海东 海北 黄南 海南州 果洛 玉树 海西",
    "ningxia": "银川 石嘴山 吴忠 固原 中卫",
    "xinjiang": (
        "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 和田 伊犁 塔城 阿勒泰 石河子"
    ),
}

PROVINCES: dict[str, str] = {
    "河北": "hebei",
    "山西": "shanxi",
    "内蒙古": "neimenggu",
    "内蒙": "neimenggu",
    "辽宁": "liaoning",
    "吉林": "jilin",
    "黑龙江": "heilongjiang",
    "江苏": "jiangsu",
    "浙江": "zhejiang",
    "安徽": "anhui",
    "福建": "fujian",
    "江西": "jiangxi",
    "山东": "shandong",
    "河南": "henan",
    "湖北": "hubei",
    "湖南": "hunan",
    "广东": "guangdong",
    "广西": "guangxi",
    "海南": "hainan",
    "四川": "sichuan",
    "贵州": "guizhou",
    "云南": "yunnan",
    "西藏": "xizang",
    "陕西": "shaanxi",
    "甘肃": "gansu",
    "青海": "qinghai",
    "宁夏": "ningxia",
    "新疆": "xinjiang",
}

# Districts and county-level cities that company names often begin with, by their city.
DISTRICTS: dict[str, str] = {
    "北京": "海淀 丰台 石景山 通州 顺义 昌平 大兴 怀柔 平谷 密云 延庆 房山 门头沟",
    "上海": "浦东 浦东新 徐汇 长宁 静安 普陀 虹口 杨浦 闵行 宝山 嘉定 金山 松江 青浦 奉贤 崇明",
    "天津": "滨海新 武清 宝坻 静海 津南 西青",
    "重庆": "渝北 渝中 江北 沙坪坝 九龙坡 万州 涪陵",
    "杭州": "余杭 萧山 滨江 临平 富阳 临安 拱墅 西湖 上城 钱塘 桐庐 淳安 建德",
    "宁波": "鄞州 海曙 镇海 北仑 慈溪 余姚 奉化 象山 宁海",
    "金华": "义乌 东阳 永康 兰溪 婺城 金东",
    "温州": "瑞安 乐清 瓯海 鹿城 龙湾 苍南",
    "嘉兴": "海宁 桐乡 平湖 嘉善 海盐",
    "绍兴": "诸暨 柯桥 上虞 嵊州",
    "苏州": "昆山 常熟 张家港 太仓 吴江 吴中 相城",
    "无锡": "江阴 宜兴 滨湖",
    "南京": "江宁 浦口 六合 栖霞 雨花台",
    "南通": "如皋 海门 启东",
    "广州": "天河 白云 番禺 海珠 越秀 荔湾 花都 黄埔 南沙 增城 从化",
    "深圳": "南山 宝安 龙岗 福田 罗湖 龙华 坪山 光明 前海",
    "佛山": "顺德 南海 禅城 三水",
    "东莞": "虎门 厚街",
    "泉州": "晋江 石狮 南安 德化",
    "厦门": "思明 湖里 集美 同安 翔安",
    "青岛": "即墨 胶州 黄岛 崂山 城阳",
    "成都": "武侯 锦江 青羊 金牛 成华 双流 高新",
    "武汉": "江汉 洪山 武昌 汉阳 江夏",
    "长沙": "岳麓 芙蓉 雨花 浏阳",
    "西安": "雁塔 碑林 未央 灞桥",
    "郑州": "金水 中原 二七 管城",
}

# The ranks of places, the longest first; as all lists below one text, words apart by spaces.
PLACE_ENDS = "维吾尔自治区 壮族自治区 回族自治区 特别行政区 自治区 自治州 自治县 新区 省 市 区 县 州"

# What a name says about the legal form, the longest first.
LEGAL_FORMS = (
    "股份有限责任公司 集团股份有限公司 集团有限责任公司 有限责任公司 股份有限公司 集团有限公司 个人独资企业 "
    "特殊普通合伙 个体工商户 有限公司 股份公司 有限合伙 普通合伙 合伙企业 控股集团 总公司 工作室 经营部 事务所 "
    "集团 控股 公司 商行 商店"
)
BRANCH_FORMS = "分公司 子公司 办事处 营业部 分店 分部"

# Words for the line of business, the longest first. They change first when a company takes a new name.
TRADE_WORDS = (
    "供应链管理 网络科技 信息技术 信息科技 电子商务 文化传媒 文化传播 文化创意 企业管理 品牌管理 品牌运营 "
    "品牌策划 商务服务 商务咨询 信息咨询 管理咨询 企业服务 市场营销 营销策划 广告传媒 影视传媒 影视文化 网络技术 "
    "网络信息 数字科技 数字技术 智能科技 科技发展 直播电商 直播基地 人工智能 国际贸易 供应链 互联网 新媒体 "
    "大数据 云计算 进出口 物联网 化妆品 日用品 网络 科技 信息 技术 电子 商务 电商 文化 传媒 传播 创意 广告 影视 "
    "直播 数字 数码 智能 品牌 营销 策划 管理 咨询 服务 运营 企业 投资 实业 发展 国际 贸易 商贸 工贸 物流 服饰 "
    "服装 食品 美妆 百货 珠宝 农业 教育 娱乐 互动 软件 系统 集成 数据 设计 展览 会展 餐饮 健康 生物 医药 制造 "
    "工业 经纪 演艺"
)

LATIN_FORMS = "co company corp corporation group holdings inc limited llc llp ltd plc"
LATIN_TRADES = (
    "agency brand brands chain commerce consulting culture data digital ecommerce entertainment information "
    "international live management marketing media network networks service services software supply tech "
    "technologies technology trade trading works"
)
