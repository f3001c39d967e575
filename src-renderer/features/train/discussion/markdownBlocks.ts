import { lexer, type Token, type Tokens } from 'marked'
import { defineComponent, h, type PropType, type VNodeChild } from 'vue'

/** A Markdown document of the app's own: headings, paragraphs, lists, tables, emphasis, code and links. Anything else is shown as text. */
export const MarkdownBlocks = defineComponent({
  name: 'MarkdownBlocks',
  props: { text: { type: String as PropType<string>, required: true } },
  setup: (props) => () => lexer(props.text).map(block),
})

function block(token: Token): VNodeChild {
  switch (token.type) {
    case 'heading': {
      const { depth, tokens } = token as Tokens.Heading
      // The page has its own title above.
      return h(`h${Math.min(6, depth + 1)}`, inline(tokens))
    }
    case 'paragraph':
      return h('p', inline((token as Tokens.Paragraph).tokens))
    case 'list': {
      const { ordered, items } = token as Tokens.List
      return h(ordered ? 'ol' : 'ul', items.map((item) => h('li', item.tokens.map(inItem))))
    }
    case 'table':
      return table(token as Tokens.Table)
    case 'code':
      return h('pre', [h('code', (token as Tokens.Code).text)])
    case 'space':
      return undefined
    default:
      return h('p', token.raw)
  }
}

function inItem(token: Token): VNodeChild {
  return token.type === 'text' ? inline((token as Tokens.Text).tokens ?? [token]) : block(token)
}

function table({ header, rows, align }: Tokens.Table): VNodeChild {
  const cell = (tag: string, { tokens }: Tokens.TableCell, i: number) =>
    h(tag, { class: { number: align[i] === 'right' }, ...(tag === 'th' && { scope: 'col' }) }, inline(tokens))
  return h('div', { class: 'table', tabindex: 0, role: 'region', 'aria-label': header.map(({ text }) => text).join(', ') }, [
    h('table', [h('thead', [h('tr', header.map((each, i) => cell('th', each, i)))]), h('tbody', rows.map((row) => h('tr', row.map((each, i) => cell('td', each, i)))))]),
  ])
}

function inline(tokens: readonly Token[]): VNodeChild[] {
  return tokens.map((token) => {
    switch (token.type) {
      case 'strong':
        return h('strong', inline((token as Tokens.Strong).tokens))
      case 'em':
        return h('em', inline((token as Tokens.Em).tokens))
      case 'codespan':
        return h('code', (token as Tokens.Codespan).text)
      case 'text':
      case 'escape':
        return (token as Tokens.Text).text
      default:
        return token.raw
    }
  })
}
