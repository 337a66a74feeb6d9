import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin'

// What has a space in it is for people: its wording is free. Names, codes and types of messages have none, and are mutated.
const texts = {
  shouldIgnore(path) {
    const text = path.isStringLiteral() ? path.node.value : path.isTemplateLiteral() ? path.node.quasis.map(({ value }) => value.cooked).join('') : ''
    return text.includes(' ') ? 'a text for people' : undefined
  },
}

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'texts', texts)]
