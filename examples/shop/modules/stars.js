// `<tea-stars value="4.5">`: a custom element made with lit, beside preact on the same page.
/* global customElements */
import { css, html, LitElement } from 'lit';

class TeaStars extends LitElement {
  static properties = { value: { type: Number } };

  static styles = css`
    :host {
      color: #b07a1e;
      letter-spacing: 0.1em;
    }
  `;

  render() {
    const full = Math.floor(this.value);
    return html`<span title="${this.value} of 5">${'★'.repeat(full)}${this.value > full ? '½' : ''}</span>`;
  }
}

customElements.define('tea-stars', TeaStars);
