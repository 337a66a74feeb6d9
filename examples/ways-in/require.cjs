const { AliRtcEngine } = require('@earshot/sdk-core')
const { call } = require('./call.js')

void call(new AliRtcEngine())
