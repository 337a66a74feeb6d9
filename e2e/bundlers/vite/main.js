import workletUrl from '@earshot/level-meter/worklet?url&no-inline'
import { measure } from '../measure.js'

await measure(workletUrl)
