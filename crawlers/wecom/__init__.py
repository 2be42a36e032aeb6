"""企业微信 by its official interfaces: customer contacts, callbacks, 微信客服, 会话存档. None of it is public talk."""
