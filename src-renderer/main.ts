import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { createElectronHost } from '#renderer/api/electronHost'
import { createOutside, outsideKey } from '#renderer/api/host'
import { createWebHost } from '#renderer/api/webHost'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'

const host = window.stemwright ? createElectronHost(window.stemwright) : createWebHost()

createApp(App)
  .provide(outsideKey, createOutside(host, () => performance.now()))
  .use(createPinia())
  .mount('#app')
