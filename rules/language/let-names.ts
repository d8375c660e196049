/** What the lets of the packs are called in a sentence, by kind of device. A site's own rule calls its lets as it wrote them. */
import type { DeviceKind } from "#model/site";
import type { Text } from "#model/text";

/** `name zh | en`, one a line. */
const words = (lines: string): Readonly<Record<string, Text>> =>
  Object.fromEntries(
    lines
      .trim()
      .split("\n")
      .map((line) => {
        const [, name = "", zh = "", en = ""] = /^\s*(\w+) (.+) \| (.+)$/.exec(line) ?? [];
        return [name, { zh, en }];
      }),
  );

/** The same for six pumps. */
const pumps = (name: string, zh: string, en: string): string =>
  [1, 2, 3, 4, 5, 6].map((n) => `${name}${n} ${n} 号泵${zh} | pump ${n} ${en}`).join("\n");

export const letNames: Readonly<Partial<Record<DeviceKind, Readonly<Record<string, Text>>>>> = {
  access: words(`
    released 消防已释放 | released by fire
    free 门处于自由通行 | the door is free to pass
    shut 门已关稳 | the door is shut
    asked 有授权或出门按钮 | somebody was granted or pressed exit
    unasked 无授权开门 | opened unasked
    byItself 门无授权而开 | the door opened by itself
    told 控制器报破门 | told by the controller
    open 门未关且不应开 | open and not free
    failed 释放后仍锁着 | still locked after the release
    left 释放结束后未上锁 | left unlocked after the release
    passed 反潜或尾随事件 | passback or tailgate event
    denied 刷卡被拒 | denied at the reader
    loose 锁未吸合 | the lock does not hold
    failing 已下令上锁而未锁住 | ordered to lock and not locked
    low 电池电压低 | battery low`),
  elevator: words(`
    normal 正常服务 | in normal service
    filled 数据全为填充值 | the data is filler
    still 轿厢静止 | the car stands still
    stopped 停在门区外且门未开 | stopped outside a landing, doors not open
    present 轿内有人 | somebody is inside
    rescueRunning 停电自动救援进行中 | the rescue device is at work
    doorFreed 已在门区开门 | the door stood open at a landing
    runFreed 已恢复正常运行 | it runs again
    shut 门关着 | the door is shut
    waiting 停在层站且门关着 | waiting at a landing, door shut
    confirmed 有开门故障代码或未应答的召唤 | a door fault or an unserved call
    pressed 报警按钮被按住 | the alarm button is held
    open 门或厅门锁已开 | a door or landing lock is open
    openRun 开着门运行 | running with a door open
    latched 控制器已锁存该故障 | latched by the controller
    tooFast 超过限速 | too fast
    moving 轿厢在移动 | the car moves
    pastTop 越过顶层 | past the top
    pastBottom 越过底层 | past the bottom
    atLimit 碰到极限开关 | at a final limit
    running 电梯在运行 | the lift is running
    frozen 数据已冻结 | the data is frozen
    reopened 未关上又打开 | open again without having closed
    reopening 反复重新开门 | opens again and again
    cycling 反复开关门 | opens and closes again and again
    stuck 抱闸打开而轿厢不动 | brake released and no movement
    commanded 消防已下令迫降 | ordered down by the fire panel
    recalled 已要求消防迫降 | recalled
    away 不在基站层 | not at the home floor
    missing 未在基站层开门待命 | not at home with its door open
    stops 停层次数 | the number of stops
    off 平层偏差超限 | level off
    often 多次平层超限 | often off
    hunting 频繁再平层 | relevels too often
    far 平层偏差很大 | far off level`),
  fire: words(`
    live 控制器不在测试状态 | not in test
    zoneBurns 有分区火警 | a zone is in alarm
    burning 有火警 | something burns
    zonesBurning 火警分区数 | zones in alarm
    twoInOneZone 同一分区两个报警 | two in one zone
    zonesWarning 预警分区数 | zones in prealarm
    missing 已下令而无反馈 | ordered and no feedback
    loop 总线故障 | loop fault
    trouble 有故障 | trouble
    burst 短时新增故障数 | new faults in a short time
    low 电池电压低 | battery low
    left 屏蔽数超过允许 | more disabled than allowed
    filled 数据全为填充值 | the data is filler`),
  gas: words(`
    leaking 燃气泄漏 | gas is leaking
    open 已下令关阀而阀未关 | ordered shut and still open
    standing 已下令排风而风机未转 | ordered to run and standing
    dead 浓度读数不动 | the reading does not move`),
  gateway: words(`
    many 多条链路中断 | many links down
    stuck 通知积压 | messages are stuck
    behind 历史写入落后 | history is behind`),
  generator: words(`
    filled 数据全为填充值 | the data is filler
    dead 已下令启动而无电压 | ordered to start and no voltage
    still 已下令启动而未转 | ordered to start and standing
    outage 市电已停 | the mains are off
    steady 机组已稳定供电 | running steadily
    stuck 已稳定而未合闸 | steady and not transferred
    turning 机组已运转 | turning
    low 油压低 | oil pressure low
    off 频率偏差超限 | frequency off`),
  power: words(`
    filled 数据全为填充值 | the data is filler
    limit 电压下限 | the voltage limit
    dark 三相均失压 | all phases dark
    lost 市电丢失 | the mains are lost
    fitted 装有备用电源 | a backup is fitted
    backed 备用电源已投入 | the backup carries the load
    some 有相失压 | some phase is low
    every 三相均低 | every phase is low
    alive 三相均有电 | all phases are alive
    mean 三相平均电压 | the mean voltage
    worst 最大偏差 | the largest deviation
    uneven 三相不平衡 | uneven
    off 频率偏差超限 | frequency off`),
  ups: words(`
    last 电池将尽 | the battery is at its end
    over 过载 | overloaded`),
  water: words(`
    filled 数据全为填充值 | the data is filler
    running 有泵运行 | a pump runs
    drop 压力突降 | a sudden drop
    before 此前的流量 | the flow before
    ordinary 平常的流量 | the ordinary flow
    dead 停泵且失压 | no pump, no pressure
    outage 市电已停 | the mains are off
    refilling 管网正在重新充水 | refilling
    usual 常流量 | the usual flow
    quiet 流量已回到平常 | the flow is quiet
    fell 流量已明显回落 | the flow fell
    collapsed 压力崩溃 | the pressure collapsed
    full 全速运行 | at full speed
    flowing 流量很大 | flowing strongly
    stood 不久前曾停流 | the flow had stood still a while before
    broken 满速大流量而压力崩溃 | the pressure collapsed at full speed and a strong flow
    frozen 数据已冻结 | the data is frozen
    limit 流量限值 | the flow limit
    loaded 电机仍带载 | the motor is loaded
    dry 泵空转无水 | running dry
    empty 水箱已空 | the tank is empty
    turning 泵在高速转动 | a pump turns fast
    often 启动过于频繁 | starts too often
    nonePossible 无泵可用 | no pump possible
    starved 停泵且压力很低 | no pump and little pressure
    faulty 有泵故障 | a pump is faulty
    which 故障泵号 | which pump
    high 集水井水位高 | the sump is high
    rising 集水井水位上升快 | the sump rises fast
    pumping 污水泵在运行 | a sump pump runs
    notFalling 抽水而水位不降 | pumping and not falling
    tooLong 污水泵运行过久 | a sump pump runs too long
    impossible 压力读数与运行状态矛盾 | an impossible reading
    unmoved 压力读数不动 | the reading does not move
    unreadable 压力读不到 | the pressure cannot be read
    swinging 流量摆动 | the flow swings
    light1 1 号泵功率偏低 | pump 1 draws too little
    light2 2 号泵功率偏低 | pump 2 draws too little
    light3 3 号泵功率偏低 | pump 3 draws too little
    rattling 气蚀征象 | signs of cavitation
    measured 凌晨已测满 | the small hours were measured
    usualMin 夜间常见最低流量 | the usual night minimum
    lowest 夜间最低流量 | the lowest flow of the night
    above 高于夜间限值 | above the night limit
    farAbove 远高于夜间限值 | far above the night limit
    lost 变频器通讯中断 | a drive is lost
    cloudy 浊度超标 | cloudy
    stale 余氯不足 | too little chlorine
    off 水质超标 | water quality is off
    ${pumps("able", "可用", "is able to run")}
    ${pumps("out", "不可用", "is out")}`),
};
