// An app that expects the global, through a bundler: the app of ../plain as it is, with its own index.html.
import '@earshot/sdk-core/global'
import '../plain/call.js'
