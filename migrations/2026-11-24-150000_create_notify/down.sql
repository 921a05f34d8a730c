DROP TABLE wechat_pushes, call_list, subscription_consents, notifications, inbox_heads;
