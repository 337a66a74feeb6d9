import { AliRtcEngine } from '@earshot/sdk-core'
import { LevelMeter } from '@earshot/level-meter'
import { StatsSampler } from '@earshot/stats-sampler'

/** What a server has that imports the packages and does nothing with them. */
export const imported = { AliRtcEngine: typeof AliRtcEngine, LevelMeter: typeof LevelMeter, StatsSampler: typeof StatsSampler }
