import * as typescript from '@typescript-eslint/parser'
import vue from 'eslint-plugin-vue'

/** Vue components; everything else is checked by oxlint and the compiler. */
export default [
  { ignores: ['out/', 'node_modules/', 'resources/'] },
  ...vue.configs['flat/recommended-error'],
  {
    files: ['src-renderer/**/*.vue'],
    languageOptions: { parserOptions: { parser: typescript } },
    rules: {
      'max-lines': ['error', { max: 250 }],
      'no-restricted-imports': ['error', { patterns: [{ regex: '^(electron|node:|#main/)', message: 'The renderer is a web page.' }] }],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      // Layout of markup is left to whoever writes it.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
    },
  },
]
