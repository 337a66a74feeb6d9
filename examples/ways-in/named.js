import { AliRtcEngine } from '@earshot/sdk-core'
import { call } from './call.js'

void call(new AliRtcEngine())
