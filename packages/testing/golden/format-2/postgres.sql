--
-- PostgreSQL database dump
--

\restrict RhTF4EqddYJa3N9WiaHqsouFWq62sah3E6OTi6wQr9abX4RyplSLLe1HJfjib2M

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: handoff_agents; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_agents (
    id text NOT NULL COLLATE pg_catalog."C",
    agent text NOT NULL,
    last_seen bigint
);


--
-- Name: handoff_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_keys (
    log text NOT NULL COLLATE pg_catalog."C",
    revision integer NOT NULL,
    event text NOT NULL,
    epoch integer,
    xid xid8,
    n integer
);


--
-- Name: handoff_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_log (
    epoch integer NOT NULL,
    xid xid8 NOT NULL,
    n integer NOT NULL,
    record_id text NOT NULL COLLATE pg_catalog."C",
    revision integer NOT NULL,
    event text NOT NULL
);


--
-- Name: handoff_records; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_records (
    id text NOT NULL COLLATE pg_catalog."C",
    base integer NOT NULL,
    revision integer NOT NULL,
    previous text COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    to_agent text NOT NULL COLLATE pg_catalog."C",
    from_agent text NOT NULL COLLATE pg_catalog."C",
    parent text COLLATE pg_catalog."C",
    urgency integer NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint,
    record text NOT NULL
);


--
-- Name: handoff_store; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_store (
    application text NOT NULL,
    version integer NOT NULL,
    epoch integer NOT NULL,
    log text,
    keys integer DEFAULT 0 NOT NULL
);


--
-- Name: handoff_tally; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.handoff_tally (
    name text NOT NULL COLLATE pg_catalog."C",
    slot integer NOT NULL,
    amount bigint NOT NULL
)
WITH (fillfactor='50');


--
-- Data for Name: handoff_agents; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_agents VALUES ('auditor', '{"capabilities":[]}', NULL);
INSERT INTO public.handoff_agents VALUES ('executor', '{"capabilities":["report","execute"]}', NULL);
INSERT INTO public.handoff_agents VALUES ('planner', '{"capabilities":[],"keys":[{"public_key":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w","since":"2026-12-01T09:00:00.000Z"},{"public_key":"7UkoxijRwsbq6QM4kFmVYSlZJzpcY_k2NsFGFKyHN9E","since":"2026-12-01T09:01:01.322Z"}]}', NULL);
INSERT INTO public.handoff_agents VALUES ('планировщик', '{"capabilities":["plan"],"keys":[{"public_key":"Zr5-Myx6RTMyvZ0Kf32wVfXF7xoGraZtmLOftoEMRzo","since":"2026-12-02T09:00:00.000Z"},{"public_key":"1UIH2hlJd9z0atv-wrwudbUtWopCGE_t_cAAJPDj6No","since":"2026-12-02T09:05:00.000Z"}]}', NULL);
INSERT INTO public.handoff_agents VALUES ('محرّر', '{"capabilities":["edit","перевод"],"capacity":2}', NULL);
INSERT INTO public.handoff_agents VALUES ('翻訳者', '{"capabilities":["translate","перевод"],"keys":[{"public_key":"C1E62bSSQBXKCQLtB5BE06xdvsIwbwaUjBDajrbjny0","since":"2026-12-02T09:00:00.000Z"},{"public_key":"URw0oaLLUh3xa7JGuN6OeZfOI1x-drIqPXUDokgZ3Yo","since":"2026-12-02T09:05:00.000Z"}]}', 1796202301000);
INSERT INTO public.handoff_agents VALUES ('thief', '{"capabilities":["proofread"],"keys":[{"public_key":"iEuIV_TqoWE8YVBNs01L6vNGUXoOMd483dTZtCAdnQs","since":"2026-12-02T18:00:00.000Z"}]}', NULL);
INSERT INTO public.handoff_agents VALUES ('校正者', '{"capabilities":["proofread"],"keys":[{"public_key":"QwRr_kCSs-lJlOraFdzCDYqqB7ZY_TlU644O-4vcpd4","since":"2026-12-02T18:00:00.000Z"},{"public_key":"TtMvY7818O7vyyXyii4fvchzrig1ZxsMlGD18S5FVqg","since":"2026-12-02T18:01:00.000Z"}]}', NULL);


--
-- Data for Name: handoff_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_keys VALUES ('3y0jhabjkev10d09w12qkxg8pz', 5, '{"_tag":"AgentRemoved","at":"2026-12-01T09:04:01.322Z","agent":"analyst","log":"3y0jhabjkev10d09w12qkxg8pz","prev":"0ddfc90b5171a51f721ac032865453128694c58054451d140b306c4baa01e5fb","sig":"0e9agcRVahj8XEJN5zXtEs6YqMIrWl_1KWhNpcDNysmH7UgUcsQol0TvWxUSR-KrDAMrMebFDkTcjuvDHey0AA"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3y0jhabjkev10d09w12qkxg8pz', 4, '{"_tag":"KeyRotated","at":"2026-12-01T09:01:01.322Z","proof":"9hxee9WhYnsqusVAT7EEjLnXSDwtqNJJq3rPRAG9hsB8I5d-sRaiASFFlww4dpbwPxQozUbghNbOz4D1UeI4Bw","agent":"planner","key":"7UkoxijRwsbq6QM4kFmVYSlZJzpcY_k2NsFGFKyHN9E","log":"3y0jhabjkev10d09w12qkxg8pz","prev":"6d9fcd1b022cc41d5ed0e8d6ac73b5ceb545bdfccbc48ee260daeb8705f62afc","sig":"M0xZP0eGneZn5laSgO-fsqsqCka9xbomj_-o3Sw_kYs7eOGVvqQZFLRlUIItu27p13s8SwtTmaVvkQReatzuAw"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3y0jhabjkev10d09w12qkxg8pz', 3, '{"_tag":"KeyAdded","at":"2026-12-01T09:00:00.000Z","proof":"hfltPcI7doSVKtgtQXPYkTMxC-80hVzHSF6ho0GMSbb_waFvO3G6gweSTRcZp3HU8xKnOSKRVEtseQkTGvG2BA","agent":"analyst","key":"gTl3Dqh9F19Wo1Rmw0x-zMuNipG07jeiXfYPW4_Js5Q","log":"3y0jhabjkev10d09w12qkxg8pz","prev":"69af757a3c636c072aaeab3ce4084c0dc0851e156efbfac0ebf1198fc10fef51"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3y0jhabjkev10d09w12qkxg8pz', 2, '{"_tag":"KeyAdded","at":"2026-12-01T09:00:00.000Z","proof":"vd1dqNTpUciEFkJaHDSECtIEIUyY-JGzWZtEgXHW3f2eGdqfH3ADJqLB-VGJ9g2X0dMSnLrOERO1ttcZabcACQ","agent":"planner","key":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w","log":"3y0jhabjkev10d09w12qkxg8pz","prev":"7e588d1af6404a4979acbc2fad2a272c2116666a74bcaa234c854239351b86fd"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3y0jhabjkev10d09w12qkxg8pz', 1, '{"_tag":"Founded","at":"2026-12-01T09:00:00.000Z","log":"3y0jhabjkev10d09w12qkxg8pz"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3pfwv9swpxfgt1v134et4dwvmh', 5, '{"_tag":"KeyRotated","at":"2026-12-02T09:05:00.000Z","proof":"6W6M2mV3RzMQuSUikoif4Byo3LY2EzrI9mVC2acuZQN7EAuPoxApgv66iUuF_J5-kgBGeVU6fjadnFRtwu5KCQ","agent":"翻訳者","key":"URw0oaLLUh3xa7JGuN6OeZfOI1x-drIqPXUDokgZ3Yo","log":"3pfwv9swpxfgt1v134et4dwvmh","prev":"27c467d3b9c4f3d087b9719b1f6f76ecfe24cfdde5012e345f1d727e25dac46c","sig":"8Opj8s-lIrt0ooCUjNMVhLpg_auxkKXd-D-Y4dZj8iispI3qk7j0Lss30Rk1ZTw8eG-zLuwSQEu0FJBZ4usrBQ"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3pfwv9swpxfgt1v134et4dwvmh', 4, '{"_tag":"KeyRotated","at":"2026-12-02T09:05:00.000Z","proof":"6tnrjeaus43vP8kbeqF3C8-VwtUwjBs20JVKZOmnXzL1446v7ZahuvMkQCT9cd-y7kD08nYKZovXeH7bFuf4Dg","agent":"планировщик","key":"1UIH2hlJd9z0atv-wrwudbUtWopCGE_t_cAAJPDj6No","log":"3pfwv9swpxfgt1v134et4dwvmh","prev":"8fd58d45bfde095cf4b8da0c91ef018cad00b13e827fcbcff0ae2addbe8995d2","sig":"yjGPqvKlloerjTYcbiEtegHtMP-MzNvJO6VEIzPRaqQl7zod-bJKuNppAICDnqqeAObJbJF35XyPHAaIRjOiDw"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3pfwv9swpxfgt1v134et4dwvmh', 3, '{"_tag":"KeyAdded","at":"2026-12-02T09:00:00.000Z","proof":"vPoZoGH2-ZbWLhGBstY-auH8lSJOHN9NGwbyix3lqf4ok20OznaTkQqVKpJ3QaA8IHy0kv_aR7vNi4_y7789Cg","agent":"翻訳者","key":"C1E62bSSQBXKCQLtB5BE06xdvsIwbwaUjBDajrbjny0","log":"3pfwv9swpxfgt1v134et4dwvmh","prev":"fd709c93a2fb1c1f41ebf13bf16531b9eb49b547626b16e6a28097974356cc09"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3pfwv9swpxfgt1v134et4dwvmh', 2, '{"_tag":"KeyAdded","at":"2026-12-02T09:00:00.000Z","proof":"oudvtjPpWe_viCNFhw4A8A0HrN1wayOLzSqHbOnRXaq9LkwqvVz0a0Q3GoXCUPRam5EAdCiLQn-Id7cDZMCkCw","agent":"планировщик","key":"Zr5-Myx6RTMyvZ0Kf32wVfXF7xoGraZtmLOftoEMRzo","log":"3pfwv9swpxfgt1v134et4dwvmh","prev":"9a1912c6479caa0b766519b2ddfa6ee4c43b967d8a281d45771559f9e4865caa"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3pfwv9swpxfgt1v134et4dwvmh', 1, '{"_tag":"Founded","at":"2026-12-02T09:00:00.000Z","log":"3pfwv9swpxfgt1v134et4dwvmh"}', NULL, NULL, NULL);
INSERT INTO public.handoff_keys VALUES ('3dz56877rb30mmnrb8vxnx7dj2', 4, '{"_tag":"KeyAdded","at":"2026-12-02T18:00:00.000Z","agent":"翻訳者","key":"URw0oaLLUh3xa7JGuN6OeZfOI1x-drIqPXUDokgZ3Yo","adopted":true,"log":"3dz56877rb30mmnrb8vxnx7dj2","prev":"285f88147b8d44d39defc433b274be76aa83ce577baf9d73a4275c560e32c88e","sig":"sYA2xRGDeXjaVBUEwu3WNbtRZb-zCpj2QxSBRFxz9Fe_D_g6Sz4Cpf9JMLPtcZMqUoQmfmk9n5Jv6CSh_HSTAg"}', 1, '1033', 4);
INSERT INTO public.handoff_keys VALUES ('3dz56877rb30mmnrb8vxnx7dj2', 3, '{"_tag":"KeyAdded","at":"2026-12-02T18:00:00.000Z","agent":"планировщик","key":"1UIH2hlJd9z0atv-wrwudbUtWopCGE_t_cAAJPDj6No","adopted":true,"log":"3dz56877rb30mmnrb8vxnx7dj2","prev":"11245a49e9491ae879732f94e514217ef351cab4abf6c027499d96d41e2fdf0b","sig":"dkFyuDdq8b-APdpW9Rh73FZF6YZUwXtRWT3jIy12-YJmnYrLlRNxYIFzpj3op4KQn52Z0oz2QAIzgYtCsDeaBA"}', 1, '1033', 3);
INSERT INTO public.handoff_keys VALUES ('3dz56877rb30mmnrb8vxnx7dj2', 2, '{"_tag":"KeyAdded","at":"2026-12-02T18:00:00.000Z","agent":"planner","key":"7UkoxijRwsbq6QM4kFmVYSlZJzpcY_k2NsFGFKyHN9E","adopted":true,"log":"3dz56877rb30mmnrb8vxnx7dj2","prev":"558795c75967b3e06ee4132dfa07a6bd730b43301160b89be8918d0e6774c622","sig":"rXHGXtQk0pmUry00Dc2_pJB_XEtYzG31B5yDjLXptRoH00OkBu-ogLPGbC6E8vqe-B8KXG-ftIWRBWUnHSbeAQ"}', 1, '1033', 2);
INSERT INTO public.handoff_keys VALUES ('3dz56877rb30mmnrb8vxnx7dj2', 1, '{"_tag":"Founded","at":"2026-12-02T18:00:00.000Z","proof":"j-hzMUJjr6FhzFMcE35H0N8EZ0tsznkHrhmUoPe-ur7eJzJpfjJv7ItUQAFGtL9ZHh_LDyFbxP1iO1-zAUzyDg","operator":"rNsOKXQ_DMuGhtChBMuW4Fq-_sFTh2XnWVhp99yMSao","log":"3dz56877rb30mmnrb8vxnx7dj2"}', 1, '1033', 1);
INSERT INTO public.handoff_keys VALUES ('3dz56877rb30mmnrb8vxnx7dj2', 5, '{"_tag":"KeyAdded","at":"2026-12-02T18:00:00.000Z","proof":"-RrH5UE9qtyAJx_GjGm5aFQkfPVeDlMrrHrHV2XBtytR3caMGlV9PpFucsgIkzNxf3UbTZf2_frQKeW8393JAg","agent":"校正者","key":"QwRr_kCSs-lJlOraFdzCDYqqB7ZY_TlU644O-4vcpd4","log":"3dz56877rb30mmnrb8vxnx7dj2","prev":"96780ab85a353ce223fc9b6d9dabeede031b75e2f2029f996f2dbe7512a61ece","sig":"9l9FEs_WSTAr03Dnq33UJKTWpG6y-W8naGB1jJKVOdtcj3j6yhwo_9uaAphETrj1x9D5VINc3VYcN7qCaLXuDA"}', 1, '1034', 1);
INSERT INTO public.handoff_keys VALUES ('3dz56877rb30mmnrb8vxnx7dj2', 6, '{"_tag":"KeyAdded","at":"2026-12-02T18:00:00.000Z","proof":"fDYfOKMViaiVybVB9f7Hrq-cqVN38E1cFXRCDSJkGw2IzgQOAP033NrxOQccVbEM8hXVRyj1z8RmIU_pcvyuBQ","agent":"thief","key":"iEuIV_TqoWE8YVBNs01L6vNGUXoOMd483dTZtCAdnQs","log":"3dz56877rb30mmnrb8vxnx7dj2","prev":"e86cb4bd1902993d86b7dc34e21e29a30456773527034f199cadb5768fb24216","sig":"WPFSMS1DJHkNMHwYJlv5e7QxVoErehjJ0QtcqXKmrEq5xVyj5ouvyp6ulQT6dUdNGdwI0zU1Cn1XMhEQChe7BQ"}', 1, '1036', 1);
INSERT INTO public.handoff_keys VALUES ('3dz56877rb30mmnrb8vxnx7dj2', 7, '{"_tag":"KeyRotated","at":"2026-12-02T18:01:00.000Z","proof":"zKr5mDb25AiCQHaIBCZu79wk1r1GQBI6gMnHAWSmNMdZqKNZpJN5NUnxP42ZbAP6ziGcOUKuwmAT-_BrPrmODg","agent":"校正者","key":"TtMvY7818O7vyyXyii4fvchzrig1ZxsMlGD18S5FVqg","log":"3dz56877rb30mmnrb8vxnx7dj2","prev":"0da61f9018c1c5a95e3855e54034376cdc7b06511daeebdb06a641a324a7251c","sig":"3O-nQEDdaRAEsDyXaK-DPZbC-W8KHTz7vOKjvgjhbf5N4rRODS0wo1epEnerL-hjEYnYOTA2BskDRrgbIMdfBw"}', 1, '1040', 1);
INSERT INTO public.handoff_keys VALUES ('3dz56877rb30mmnrb8vxnx7dj2', 8, '{"_tag":"KeyRevoked","at":"2026-12-02T18:01:00.000Z","agent":"thief","key":"iEuIV_TqoWE8YVBNs01L6vNGUXoOMd483dTZtCAdnQs","reason":"Stolen","log":"3dz56877rb30mmnrb8vxnx7dj2","prev":"06cd25b455132c15043f8754539258a1457ee9895d9747db5119e0328cbf70a2","sig":"v8hBaG6zbI17cHz0ELwq-LdVSaIrvs33HPQ5eRyUr1O6cpkA1ylefOTBfSvpKmijXg6pnabeClH-K0LxXZ8lAA"}', 1, '1045', 1);


--
-- Data for Name: handoff_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_log VALUES (1, '954', 1, 'long-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:00:00.000Z","by":"planner","keys":3,"request":{"deadline":null,"from_agent":"planner","max_attempts":4,"priority":9,"requires":["report","execute"],"to_agent":"executor"},"sig":"Ix8cMk_AwL2hCrzHO1WIoYZdKO5SucxZB8Var-gfqYu5YkyjRwWLLMjSRiTakP_7HzMQcIW45ylOWu29nJ75Aw"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"Rd4RX6OETj4EToAjn16Z5V"}');
INSERT INTO public.handoff_log VALUES (1, '955', 1, 'long-1', 2, '{"body":{"reason":"Gladly"},"event":{"_tag":"Accepted","at":"2026-12-01T09:01:00.000Z","by":"executor","estimated_completion":"2026-12-01T09:02:00.000Z","keys":3,"lease":60000,"prev":"76933ab184ac547da88c33eaa94211ffc9e54684c9e3a2ee0fd15b7af52cb4d8"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"32P-VmrUCTG1EjQJiUwp1L"}');
INSERT INTO public.handoff_log VALUES (1, '956', 1, 'long-1', 3, '{"event":{"_tag":"Started","at":"2026-12-01T09:01:00.000Z","attempt":1,"by":"executor","keys":3,"prev":"0d7fa5bcdd282341706306c11cd9043ead6b589268d50c44fbc09ae62a8deb35"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '957', 1, 'long-1', 4, '{"body":{"note":"Half “way”"},"event":{"_tag":"Progressed","at":"2026-12-01T09:01:00.000Z","attempt":1,"by":"executor","fraction":0.5,"keys":3,"lease":120000,"prev":"647d59507f00808eb350d3dd6c34cb1c02794ae9dc8fc0f23fc6194dee839f6d"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"yDG-fo3XmhgDhqr8IL9JpU"}');
INSERT INTO public.handoff_log VALUES (1, '958', 1, 'long-1', 5, '{"body":{"question":"Which quarter?"},"event":{"_tag":"Asked","at":"2026-12-01T09:01:00.000Z","attempt":1,"by":"executor","keys":3,"prev":"5c8edca9187e1720c4f3ae9193ce820f4dd1281ace51e899a0374281b7d9b6f5"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"OCD_2M9INqwkuH4Eug72jx"}');
INSERT INTO public.handoff_log VALUES (1, '959', 1, 'long-1', 6, '{"body":{"answer":"The 3rd."},"event":{"_tag":"Answered","at":"2026-12-01T09:01:01.234Z","by":"planner","keys":3,"prev":"bac4734d74ddf76f1d11a184ec388180209a3feae24017dc0af6c9175b3d103d","sig":"vE6_fsGvrvGg6UNdiQVipA04tbAmuZZeZi2SU58EGDVQp8lmy9Wwncw2V-_C47Pv_3vkaX1zzREtKKQ95uK5Ag"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"gYFCk8JKHd6yCS547Rg7kC"}');
INSERT INTO public.handoff_log VALUES (1, '960', 1, 'long-1', 7, '{"body":{"hand_back":{"artifacts":[{"content":{"pages":3,"text":"…"},"name":"draft"}],"done":["July"],"pitfalls":["Local time: +02:00"],"remaining":["August","September"]},"reason":"Locked"},"event":{"_tag":"Released","at":"2026-12-01T09:01:01.234Z","attempt":1,"by":"executor","keys":3,"not_before":"2026-12-01T09:01:01.244Z","prev":"c8944763ff3241c45ef3775ddd42292e78e0aaede63720eba7c799bf51bd9d0d"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"zxLseI3sn9bafmE9a8C2hZ"}');
INSERT INTO public.handoff_log VALUES (1, '961', 1, 'long-1', 8, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.245Z","by":"executor","keys":3,"prev":"b6029a781d513874d7978aa13506ff52886ccba13eedb64f05017e990cf1e225"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '962', 1, 'long-1', 9, '{"body":{"statement":"Seen by two","uri":"https://example.org/1"},"event":{"_tag":"Attested","at":"2026-12-01T09:01:01.245Z","by":"auditor","keys":3,"prev":"a37ab3b453c42db77532033ebb7ea99c4cd12855c167fb7dea02722a05ded8b3"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"37OFBbE_8XDVDH2JrfKJwK"}');
INSERT INTO public.handoff_log VALUES (1, '963', 1, 'long-1', 10, '{"body":{"evidence":[{"grade":"observed","of":"draft","statement":"All 214 tests passed"}],"result":{"nothing":null,"ok":true,"output":"report.pdf","pages":[1,2,3]}},"event":{"_tag":"Completed","at":"2026-12-01T09:01:01.245Z","by":"executor","keys":3,"prev":"d8a711df55365e4631b704cae979b1d17995575d71c2f0c45869c3c9f2fa0d14"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"n79ubpPGNCc4KI7ABa6kDv"}');
INSERT INTO public.handoff_log VALUES (1, '964', 1, 'told-1', 1, '{"body":{"request":{"briefing":{"actions":[{"due":"2026-12-01T09:06:01.245Z","id":"invoices","owner":"executor","task":"Ask for them"}],"contingencies":[{"id":"late","if":"not by Friday","then":"report without"}],"read_back":{"confirm":true,"required":["invoices","late"]},"severity":"watcher","situation":{"decided":[],"known":["One supplier"],"open":["Paid?"]},"summary":"Two invoices are missing."},"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"deliverables":[{"digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","media_type":"text/plain","name":"text"},{"name":"sums","schema":{"properties":{"total":{"type":"number"}},"required":["total"],"type":"object"}}],"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.245Z","by":"planner","keys":3,"request":{"deadline":null,"from_agent":"planner","priority":5,"to_agent":"executor"},"sig":"5xOH2ieaZdmlxteCN2RWhqwKlopeRUypRdudmUEVkHH8miiJZfFZ62s4YPqh1uaxyrQc5rLg8KoJuV3dRgrKDw"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"gBe_-wbZVF_18uo_59_cDM"}');
INSERT INTO public.handoff_log VALUES (1, '965', 1, 'told-1', 2, '{"body":{"read_back":{"items":[{"answer":"question","id":"invoices","note":"Whose?"}],"summary":"Get two"}},"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.245Z","by":"executor","keys":3,"lease":60000,"prev":"be09c5bb0b71d184325870199b3e61b66d2da0f2d926ec536c8ae2691105cac9"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"44mgTSypKf2JwqqBeXTrAv"}');
INSERT INTO public.handoff_log VALUES (1, '966', 1, 'told-1', 3, '{"body":{"read_back":{"items":[{"answer":"understood","id":"late"}],"summary":"Get two by Friday"}},"event":{"_tag":"Restated","at":"2026-12-01T09:01:01.245Z","by":"executor","keys":3,"prev":"bb68a1b3496468108aee8cb60f881b855eb5d4f53e093c6a9eb917b2bec511f4"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"AkTScMs6P9XvVdtVOwkprU"}');
INSERT INTO public.handoff_log VALUES (1, '967', 1, 'told-1', 4, '{"body":{"correction":"By Thursday."},"event":{"_tag":"Confirmed","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":3,"prev":"eb7be19b71bb02907fe9f858c248404fa424192115927a259058ec2eeb3c5fb1","sig":"Nq_oRa_-bWTfwTdk49N8-Cx_48rtF5pI2OragJK9U2_5Tte8ZZdXtpIpW-GejgIyczCpKjXjqr27KHADaKhYBA"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"5w88NQGg0nb2iWro6S5VZu"}');
INSERT INTO public.handoff_log VALUES (1, '968', 1, 'told-1', 5, '{"event":{"_tag":"Started","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":3,"prev":"b6650b4dc1a612a2ca83ea2470937e82d13edebce378684d20f368588dffd26e"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '969', 1, 'told-1', 6, '{"body":{"statement":"Adds up"},"event":{"_tag":"Attested","at":"2026-12-01T09:01:01.322Z","by":"auditor","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","keys":3,"of":"sums","prev":"8f884babfe6ad1171a1c72d11e495328798754ee720bd26437a312c1fcd4fce4"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"wczyLCP39X8aYMU2fNa91U"}');
INSERT INTO public.handoff_log VALUES (1, '970', 1, 'told-1', 7, '{"body":{"artifacts":[{"content":"abc","media_type":"text/plain","name":"text"},{"content":{"total":12.5},"name":"sums"},{"digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","name":"scan","size":1024,"uri":"s3://bucket/scan.pdf"}],"evidence":[{"grade":"claimed","statement":"Read twice"}],"result":{}},"event":{"_tag":"Completed","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":3,"prev":"a91d71b48e5d1cc33294cd1b58259ffa61d392cefcded40d9ccc8070356e8045"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"OnrKGAMhlYwK-c5w_T6QtT"}');
INSERT INTO public.handoff_log VALUES (1, '1002', 1, 'lapsed-1', 3, '{"body":{"reason":"The lease ran out."},"event":{"_tag":"Released","at":"2026-12-01T09:02:31.322Z","attempt":1,"by":"clock","keys":4,"prev":"8471bfb0f20733dea00e885dd297eb74041d8e0daf3a7521f4b6c6a2279f1b6f"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"TPmbcBXXFbWtIoSiObcmPK"}');
INSERT INTO public.handoff_log VALUES (1, '971', 1, 'handed-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":null,"from_agent":"planner","max_hops":2,"priority":5,"to_agent":"executor"},"sig":"yKXFvOoORKbspzRSJGPGI7XceCpsv5iI9JBgVv1kHTLJ08U4SsCaLoLedAVyepBQjsJv6bWlra2E0HIFDGprDw"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"ar_LbvG94uYveApE7Dn4mM"}');
INSERT INTO public.handoff_log VALUES (1, '972', 1, 'handed-1', 2, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"lease":60000,"prev":"6192d1f8eebcbe5e6cac567651d943a4735d4528a696140de1efa9f4dbf186ae"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '973', 1, 'handed-1', 3, '{"body":{"hand_back":{"done":["Read it"]},"reason":"Statistics"},"event":{"_tag":"Forwarded","at":"2026-12-01T09:01:01.322Z","attempt":1,"by":"executor","keys":4,"prev":"bbaeb02a7f80bc1cfe4d1c3bdcbbad4053d2e4ce97c478b72a3e2b4a5a7e0e72","to":"analyst"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"5dL6Fj1twsJcVr_eZi5elu"}');
INSERT INTO public.handoff_log VALUES (1, '974', 1, 'handed-1', 4, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"analyst","keys":4,"prev":"05633dead62d01f23eab7d2c52cf83b17e6fdfe2a59b7d283809d8c9db19a6c0","sig":"TKW8S3u-2-Zn957r9jZqksrPiJXtxJj69QMvL-iYqql3P1Vz-O59sTePONehrbkO4idbWDult7LCid7dKz_NCA"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '975', 1, 'handed-1', 5, '{"body":{"result":{"by":"analyst"}},"event":{"_tag":"Completed","at":"2026-12-01T09:01:01.322Z","by":"analyst","keys":4,"prev":"115d3689811f13c891c356f133c755a5915a71735062417b83a759e3fb38ff0e","sig":"4VQ-PoaT3uqQoKfpHG_pkjlnTmpqLWkoam5fIJX5FXKr7IBdsb6v0Vh8UcS10St6lkAzn1IJplkaLT5WG6wsBA"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"-7f04qwsJI3V_wnKLSKK_N"}');
INSERT INTO public.handoff_log VALUES (1, '976', 1, 'declined-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":null,"from_agent":"planner","priority":5,"requires":["report"],"reroute":true,"to_agent":"executor"},"sig":"3Cbs2GkGh4T8lSTtSe3Vz__ppCFWTRP1xuB8GD2O8jERm3NN5h8GTHGDe0k9QC5SS9llSyEu7PuLqo6_l0MPAw"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"Iq7a-HE9LbvQGnqfdH2iEi"}');
INSERT INTO public.handoff_log VALUES (1, '977', 1, 'declined-1', 2, '{"body":{"reason":"No time"},"event":{"_tag":"Forwarded","at":"2026-12-01T09:01:01.322Z","because":"rejected","by":"executor","keys":4,"prev":"d3bc3f35a6ac8feb7ef1d6c93512b8f159dd2d1e4c36b8accb6f58c56a5511b5","routing":{"agent":"analyst","fallback":false,"matched":["report"],"reason":"analyst can report","runners_up":[]},"to":"analyst"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"yXV45LsnKRolC3iTkDbmfK"}');
INSERT INTO public.handoff_log VALUES (1, '978', 1, 'declined-1', 3, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"analyst","keys":4,"lease":1000,"prev":"290970bb07026b5245f123e771bf0c2d693dcefdf1bf9bdeb0981b968a6425a9","sig":"jKOEo5EF2jJFBBZev-hZ33eyoh1tZC9acVUzISwpIYYAuR28u3A2jId6kEeZVBzf9JF2dIlTgRiHBnuRyCgLCA"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '979', 1, 'waiting-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"accept_by":"2026-12-01T09:03:01.322Z","deadline":null,"from_agent":"planner","priority":5,"remind_before":60000,"requires":["report"],"reroute":true,"to_agent":"executor"},"sig":"NTavtXMiuoYhd_ksKJwvhHGCSwW7wmAzA1umgdpBqLcAK64mB6P572zELZ8Z8bLSyMgTrWfN_0c39IxCf-gtBw"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"6JTC_dRB7_MHvwi7aLI0Rk"}');
INSERT INTO public.handoff_log VALUES (1, '980', 1, 'unable-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":null,"from_agent":"planner","max_attempts":1,"priority":5,"requires":["report"],"reroute":true,"to_agent":"executor"},"sig":"GPG8zvdXNlGftsZbDmsuqNE3d6GGz8611_yhCbD2U6TnRtTVwcK1mrYkWAOAPy3pkXJMKGSA1y-XISAn03e3CA"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"vGsC2gtBB0gi97YD6GTQQ7"}');
INSERT INTO public.handoff_log VALUES (1, '981', 1, 'unable-1', 2, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"prev":"024e08bf0cd9e46fde31bc0da5e813fdf3007e69ec3abc55834482e1130b12f8"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '982', 1, 'unable-1', 3, '{"body":{"reason":"It is beyond me"},"event":{"_tag":"Forwarded","at":"2026-12-01T09:01:01.322Z","because":"attempts_exhausted","by":"executor","keys":4,"prev":"8b7b121cf0d31b1f4b86159c2094bae26c9c6b285bca5ba7eaed9e86d9fd6d88","routing":{"agent":"analyst","fallback":false,"matched":["report"],"reason":"analyst can report","runners_up":[]},"to":"analyst"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"jiNhojOgqkLc8C4EjE9SjQ"}');
INSERT INTO public.handoff_log VALUES (1, '983', 1, 'whole-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":"2026-12-01T10:01:01.322Z","from_agent":"planner","priority":5,"remind_before":3540000,"to_agent":"executor"},"sig":"y9j1Hu4TZ59KAFUnRw4CfF_bdY82nImGC_zhY40Uo1Gr_1Z4ts5HbqfTjw37Mo1Y6JFCWescj4athV8ejTDaDQ"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"x5JkNQ1oP7RT_KtqDwwgDm"}');
INSERT INTO public.handoff_log VALUES (1, '984', 1, 'whole-1', 2, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"prev":"dda95521b09800f5794e1ec9e39c5b30303f9f483959db9aa7e14374099224e7"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '985', 1, 'part-a-1', 1, '{"body":{"request":{"context":{},"task_description":"Part a"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"request":{"deadline":null,"from_agent":"executor","parent":"whole-1","priority":3,"to_agent":"analyst"}},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"ZXG71DFTX_dZoLgwj8uTKm"}');
INSERT INTO public.handoff_log VALUES (1, '985', 2, 'whole-1', 3, '{"event":{"_tag":"Delegated","at":"2026-12-01T09:01:01.322Z","by":"executor","child":"part-a-1","keys":4,"prev":"34667706ce32dd1c3a9a20b8e906d9d0f09b42a063c50956c080c040549bcdce"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '986', 1, 'part-b-1', 1, '{"body":{"request":{"context":{},"task_description":"Part b"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"request":{"deadline":null,"from_agent":"executor","parent":"whole-1","priority":3,"to_agent":"analyst"}},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"VI49gAU2VY9oNSP2dqCAG5"}');
INSERT INTO public.handoff_log VALUES (1, '986', 2, 'whole-1', 4, '{"event":{"_tag":"Delegated","at":"2026-12-01T09:01:01.322Z","by":"executor","child":"part-b-1","keys":4,"prev":"1800c4ebfc93d546846760abb55141309e3a6a8cbcfa00ba016114bec06e9ef2"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '987', 1, 'part-a-1', 2, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"analyst","keys":4,"prev":"cd6a0920484e26be2b883cfbb9e7b459dacf5edf82cb025195fc8bbc0ed93168","sig":"ipX8uKrT4DkvmLHBctyfhnGMT0gxRdVL-ppDaUWbEJTIaOcuCtFKz5YR4uLF6pTbsOGspQbItKItidlaLVKaBg"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '988', 1, 'part-c-1', 1, '{"body":{"request":{"context":{},"task_description":"Part c"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"analyst","keys":4,"request":{"deadline":null,"from_agent":"analyst","parent":"part-a-1","priority":3,"to_agent":"auditor"},"sig":"kOBMTfSR6VyRhkfBGc2HjOxojQVYkb-yVAf0DRrqiodhXGpXNlXa8hL3wJHfJ1aOOhzPnMfoyBBOeXboSexyBw"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"Ape5QlmVWm9uKgzy4qXnWB"}');
INSERT INTO public.handoff_log VALUES (1, '988', 2, 'part-a-1', 3, '{"event":{"_tag":"Delegated","at":"2026-12-01T09:01:01.322Z","by":"analyst","child":"part-c-1","keys":4,"prev":"b6c403ee1d7a3acdf994039365172c7666612526305155f4dcac292cd4dc96fe","sig":"FIOIhr4J4kvEsGrOEezf27o4-APXh4kq6Uu32T6XDvGXaTbkm0kKtP83nvdxAdioFitakMl8eoV76V6jIlfWDg"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '989', 1, 'whole-1', 5, '{"body":{"reason":"Not needed"},"event":{"_tag":"Cancelled","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"prev":"ac9e8a39521cfb39cf7808c47090351e3b2ee2a2ebb0d9501f4347da991369c2","sig":"-LbZ4TgEV3soRN_-MfdxKQMqCKHi1CSOIqtltiFv1XStinJNegJg6CQUZs7eoezQ35Ui3H1Yr8IGla5r-EzADA"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"QbU3eOgHD-OTGEmhCUxC7X"}');
INSERT INTO public.handoff_log VALUES (1, '989', 2, 'part-a-1', 4, '{"body":{"reason":"whole-1, which it was a part of, was cancelled."},"event":{"_tag":"Cancelled","along":"whole-1","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"prev":"88c512138bfcc6e77d923e35f760b574022106c286b106c000df65f662fe386c","sig":"J0TQYLzCXyoNRavaGcBFkSFTDrRQAkcoPm0sQPK6fld_nPNwS4d2r9QHM2g8uoMSw2XLQc5Zdds3bO0EDxwgDg"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"Z5cr0hwNHQmvXJ26hs_OEC"}');
INSERT INTO public.handoff_log VALUES (1, '989', 3, 'part-b-1', 2, '{"body":{"reason":"whole-1, which it was a part of, was cancelled."},"event":{"_tag":"Cancelled","along":"whole-1","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"prev":"68cebb13e020f716255de73660225b9263df8492ccc7a14ac3c188a13a45e719","sig":"v01yn4KK2JcZmy_pcrpqwdNf-xzFhdms1_fwQ-SWDcHlDthqycb59nhrTixTZAL9QJJhIWRN-W0N8Lzy45cMAw"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"osARlqIJlfNRTWVmdInq6m"}');
INSERT INTO public.handoff_log VALUES (1, '989', 4, 'part-c-1', 2, '{"body":{"reason":"whole-1, which it was a part of, was cancelled."},"event":{"_tag":"Cancelled","along":"part-a-1","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"prev":"c5cb4f0c66bf4ae8509c305e0d1eb92346f03a9c8856f2f9cae2c73a2d4d5296","sig":"iqxtf5nokt5Yqc3CM47oAa07b437mqX7XUQ3aXWW59y_5xzewauQK7z8Hw9bf2-8X0q5ExkAjKGQKZgb9wlYAQ"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"jNluor7WJSrSw5Bz-0onEY"}');
INSERT INTO public.handoff_log VALUES (1, '990', 1, 'left-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":null,"from_agent":"planner","priority":5,"to_agent":"executor"},"sig":"O0aq9YijBtSk_5RawUYycnFQ-AQZZ4nPCwtS29muYbz4Ayp4cuySl_vqNcLhxvrtjvr5YegPSAEWFZlCpCR4DQ"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"hfbqtZ_EJhyLCsMlKF1FKZ"}');
INSERT INTO public.handoff_log VALUES (1, '991', 1, 'left-1', 2, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"prev":"6905d932b831e61ed55ad2c5de47159119bf7cc5d9a85af4273e256dd03d2046"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '992', 1, 'part-d-1', 1, '{"body":{"request":{"context":{},"task_description":"Part d"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"request":{"deadline":null,"from_agent":"executor","parent":"left-1","priority":3,"to_agent":"analyst"}},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"4FhPraBUQfj459GJO7oA4x"}');
INSERT INTO public.handoff_log VALUES (1, '992', 2, 'left-1', 3, '{"event":{"_tag":"Delegated","at":"2026-12-01T09:01:01.322Z","by":"executor","child":"part-d-1","keys":4,"prev":"b834776106a7f7c51664d712aae365d34df4fcbf5b286dfc47fb20cf550638d2"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '993', 1, 'left-1', 4, '{"body":{"result":{}},"event":{"_tag":"Completed","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"leaves_children":true,"prev":"0e59bb5f0b47c1f0b31eb596c7c7ed38361f16027238aad90a0e62d797d0a4f4"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"17ZeTOX-SrSAgja6EP2cLX"}');
INSERT INTO public.handoff_log VALUES (1, '994', 1, 'refused-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":null,"from_agent":"planner","priority":5,"to_agent":"executor"},"sig":"WKerOv_q9XTOTHScSKrisRgodqAUMa24qWBXhWKM682ylc5u9-gN-0Zb6EpTyxk5Ss6gFeHLwsvnycMrEOlbDA"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"YXefHP8rXM7mO_TqxImxrc"}');
INSERT INTO public.handoff_log VALUES (1, '995', 1, 'refused-1', 2, '{"body":{"reason":"Not mine"},"event":{"_tag":"Rejected","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"prev":"af62ed95b1c4596bc6cd3ce8c0081d8a696a0535605803ec4c60a77d98d02a61"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"wYJ2ZGvqe1TTDqPhBMqSl9"}');
INSERT INTO public.handoff_log VALUES (1, '996', 1, 'broken-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":null,"from_agent":"planner","priority":5,"to_agent":"executor"},"sig":"EU18yc8j5EcIgbzeNydvFcdJhD1WzgJ6WRYJkzXAeo6VK2cO7Oemxw234M0atEuPTt9RR9-YylHDnRUrH0D0Bw"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"fTZS5O8eiuVarT6ppI3Q6w"}');
INSERT INTO public.handoff_log VALUES (1, '997', 1, 'broken-1', 2, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"prev":"414648be6eee2a249d08e83c81963a309d7ad0db6ac2834d86889f7c84f3e5f6"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '998', 1, 'broken-1', 3, '{"body":{"reason":"Out of paper"},"event":{"_tag":"Failed","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"prev":"d77fd1de41f9924642a0e1988d4661889f09bfb7ad437ac4d7774465ad32d419"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"U9C5ES-ZZSyKIIYiekMwnZ"}');
INSERT INTO public.handoff_log VALUES (1, '999', 1, 'lapsed-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":null,"from_agent":"planner","max_attempts":2,"priority":5,"to_agent":"executor"},"sig":"6qYWI4BjkJGBt4dVfmyjlDkB9zkfH-cwAR0cp-NNNXsek2QPDfHBaFnB2zdeikCJVg4nIzPAkLf0AQU1fSZYDg"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"n83uFXDqRQGttEpwSeQ8l6"}');
INSERT INTO public.handoff_log VALUES (1, '1000', 1, 'lapsed-1', 2, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:01:01.322Z","by":"executor","keys":4,"lease":500,"prev":"0f68ff9d6059e3bba528ef8d10aea4e1642bf3a9fb2f3eb8ca6c7c996d853375"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '1001', 1, 'late-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:01:01.322Z","by":"planner","keys":4,"request":{"deadline":"2026-12-01T09:03:01.322Z","from_agent":"planner","priority":5,"to_agent":"executor"},"sig":"iHxOm60_DS8dKVKdOJwq7CPPagv-WW2cmygbEpabKN2ZP7pF1A7zRxGBeOJok5K75HZgmpMB-1EezT9zNtmxCg"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"ZOs4q8x_UKZ-zNZeDHP6hU"}');
INSERT INTO public.handoff_log VALUES (1, '1003', 1, 'declined-1', 4, '{"body":{"reason":"The lease ran out."},"event":{"_tag":"Released","at":"2026-12-01T09:02:31.322Z","attempt":2,"by":"clock","keys":4,"prev":"523155c16ace80fa35786574c1bb57b307a212e104b5c260cc27d162c127bee1"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"lDuHOxiZARrPGOGFOBWIgu"}');
INSERT INTO public.handoff_log VALUES (1, '1004', 1, 'waiting-1', 2, '{"event":{"_tag":"Reminded","at":"2026-12-01T09:02:31.322Z","by":"clock","keys":4,"of":"accept_by","prev":"660820b18c662bb4b59c555df1dff67e6712a9c76e43f34057b11b574183ea7e"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '1005', 1, 'late-1', 2, '{"event":{"_tag":"Expired","at":"2026-12-01T09:04:01.322Z","by":"clock","keys":4,"missed":"deadline","prev":"23d5dbf01e333e6513fa3b2bd56a221b728a4224078f611765bf508e0328a273"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '1006', 1, 'waiting-1', 3, '{"event":{"_tag":"Forwarded","at":"2026-12-01T09:04:01.322Z","because":"accept_by","by":"clock","keys":4,"prev":"f0c9ee1133a4d522952c6a112bd6d8a210fe45dac4ad5e1da889ad738e504654","routing":{"agent":"analyst","fallback":false,"matched":["report"],"reason":"analyst can report","runners_up":[]},"to":"analyst"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '1007', 1, 'waiting-1', 4, '{"event":{"_tag":"Accepted","at":"2026-12-01T09:04:01.322Z","by":"analyst","keys":4,"prev":"439ba712c9d0bf47576ca98684ba41f6935f0872af4a1e1f77571e7901903cf3","sig":"-Cxsk3T3DkzIHQJvsEjnbwG5Ose5XmunzpTIgXlbQuficlhaqYgYwUN_Cm2MxLKEFAVfJ-Qddehlc9jbgTZTCA"},"log":"3y0jhabjkev10d09w12qkxg8pz"}');
INSERT INTO public.handoff_log VALUES (1, '1008', 1, 'foreign-1', 1, '{"_tag":"Imported","at":"2026-11-30T08:30:00.000Z","by":"planner","record":{"created_at":"2026-11-30T08:00:00.123Z","record_id":"foreign-1","request":{"context":{"":"no name","from":"elsewhere","pages":[1,2.5,null,true]},"deadline":null,"from_agent":"planner","priority":7,"task_description":"Étude — 日本語 🚀","to_agent":"executor"},"response":null,"result":{},"revision":1,"status":"pending","updated_at":"2026-11-30T08:30:00.000Z"},"via":"foreign"}');
INSERT INTO public.handoff_log VALUES (1, '1008', 2, 'taken-1', 1, '{"_tag":"Imported","at":"2026-11-30T08:30:00.000Z","by":"planner","record":{"created_at":"2026-11-30T08:00:00.123Z","record_id":"taken-1","request":{"context":{"":"no name","from":"elsewhere","pages":[1,2.5,null,true]},"deadline":null,"from_agent":"planner","priority":7,"task_description":"Étude — 日本語 🚀","to_agent":"executor"},"response":{"accepted":true,"estimated_completion":null,"reason":"Accepted by receiving agent."},"result":{},"revision":1,"status":"accepted","updated_at":"2026-11-30T08:30:00.000Z"},"via":"foreign"}');
INSERT INTO public.handoff_log VALUES (1, '1009', 1, 'taken-1', 2, '{"body":{"result":{"taken":true}},"event":{"_tag":"Completed","at":"2026-12-01T09:04:01.322Z","by":"executor","keys":4,"prev":"e22aca2cadc1aa8917ee04d1eb6a9e940bd8c85627aa61b10a26b3803ce0ed90"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"yxdWUsToL3YSChN2o7VEfa"}');
INSERT INTO public.handoff_log VALUES (1, '1010', 1, 'fresh-1', 1, '{"body":{"request":{"context":{"nested":{"empty":{},"list":[]},"round":1,"share":1.1,"tags":["a","b1"]},"task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n"}},"event":{"_tag":"Created","at":"2026-12-01T09:04:01.322Z","by":"planner","keys":4,"request":{"deadline":null,"from_agent":"planner","priority":5,"to_agent":"executor"},"sig":"b3RVawb2HrUOgSeDqfFvnjD28oRzAs85Jb6n4vHjd_Tv8aN2r5ctYa_XDPOfBtHWNjuIMUmZinl66A_1jamnCg"},"log":"3y0jhabjkev10d09w12qkxg8pz","salt":"nIrRseQCrkiykbm4jTF-r_"}');
INSERT INTO public.handoff_log VALUES (1, '1011', 1, 'rotated-☂', 1, '{"body":{"request":{"context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ","‏עברית":true}},"task_description":"Перевод rotated: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…"}},"event":{"_tag":"Created","at":"2026-12-02T09:00:00.000Z","by":"планировщик","keys":3,"request":{"deadline":null,"from_agent":"планировщик","max_attempts":2,"priority":5,"to_agent":"翻訳者"},"sig":"MpoS6bnZ6kbmc-94NG6pMSzSOP7XVLAfmWrSY0nWSFFJUPIf02NDhLY_Ayua568bN3zKqo6oh3Z6P-XPA3PTBw"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"0xvbQO_ErbeZJWb0lUzn3Q"}');
INSERT INTO public.handoff_log VALUES (1, '1012', 1, 'rotated-☂', 2, '{"body":{"reason":"Охотно"},"event":{"_tag":"Accepted","at":"2026-12-02T09:00:00.000Z","by":"翻訳者","keys":3,"lease":600000,"prev":"dcc017d22861499bb4772a7c37e37913c91bd91259fe0966a46d93b8fd08854f","sig":"eHgc7kZl-GOqwoVmBbg47PU2x75cgicWy96ME7oSgR3YlDMZ7tJRUQJeEE7PxoDdl0YHLxlbFrbJHec1r2V_Bw"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"nq-LRDigtylDiFjnCZ01dm"}');
INSERT INTO public.handoff_log VALUES (1, '1013', 1, 'rotated-☂', 3, '{"event":{"_tag":"Started","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"prev":"f75dcdc37c9388affb31b756e2d89a23155237fc9ebc85bdb20c39fcc27dcce4","sig":"_rfgwVs44tFYMdyZL3M5H0Qr13FR81ePfksElcCh9oIyHAkSNU6gWySbi-EBAVbwvY3tB0CtsUuCVOHRbsruCA"},"log":"3pfwv9swpxfgt1v134et4dwvmh"}');
INSERT INTO public.handoff_log VALUES (1, '1014', 1, 'rotated-☂', 4, '{"body":{"statement":"Прочитано"},"event":{"_tag":"Attested","at":"2026-12-02T09:05:00.000Z","by":"محرّر","keys":5,"prev":"75aa67eb1b46b8a9830a736eed0a96c2a7ee4ba61682a8c07246a608f2bd768e"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"j2G2HwB7GqMliy_e29g_8A"}');
INSERT INTO public.handoff_log VALUES (1, '1015', 1, 'rotated-☂', 5, '{"body":{"result":{"страниц":3}},"event":{"_tag":"Completed","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"prev":"60c805ec288a803ee14c095d8d46f2852c96852b95caf27ec2e3a1220f9a8655","sig":"QoGZgVNYhSrMRCQnXbCSiwVTzEyYoY0ZZIezfOJRmdoCpph_LozMhTYBqrg6vINiURDhSXARA0Rg3v1a_fVmBQ"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"-5dIF-PMJwB2Jyk_3rKsDP"}');
INSERT INTO public.handoff_log VALUES (1, '1016', 1, 'g0x22qj4mvry', 1, '{"body":{"request":{"context":{},"task_description":"Le résumé"}},"event":{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","keys":5,"request":{"deadline":null,"from_agent":"планировщик","priority":10,"requires":["Перевод","translate"],"to_agent":"翻訳者"},"routing":{"agent":"翻訳者","fallback":false,"matched":["translate","перевод"],"reason":"翻訳者 can translate and перевод","runners_up":[]},"sig":"CkBuGfdn9I_Swt174Jt4c2V9J_Mohl81rlwO93xzNXQaqi0ZiFobk1r9i-qT7d4oBQ_-VR5pbjk_Am8Px4skAg"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"kMtGj4m_-F7LkWhJaLEEPA"}');
INSERT INTO public.handoff_log VALUES (1, '1017', 1, 'g0x22qj4mvry', 2, '{"event":{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"lease":3600000,"prev":"8871601c7b8032ab88f8e02c74242149a8ad99830e4df333ccacb54dd7e0bac8","sig":"9PlhekmhFSuiKQGbczJZk9hdGLOf2Y4VMQ8A6_QVQ5LTMOrkNHBhJeJ0nvW-nwbqxpYiXRjcGTmAdb67kqTkAA"},"log":"3pfwv9swpxfgt1v134et4dwvmh"}');
INSERT INTO public.handoff_log VALUES (1, '1018', 1, 'g0x22qj4mvry', 3, '{"event":{"_tag":"Started","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"prev":"db61e19afaf5e758eb48dc9820020f0a14b93532e932f0972d14550219f39d0a","sig":"y5s4peXFLQRjHXVNpm2ZFz44cXpjMInKyv8Lql4o7zYq3hE0r7fBHXiFuRdwzogVikSO7NLvXNR__IAJg9bkDA"},"log":"3pfwv9swpxfgt1v134et4dwvmh"}');
INSERT INTO public.handoff_log VALUES (1, '1019', 1, 'g0x22qj4mvry', 4, '{"body":{"note":"半分"},"event":{"_tag":"Progressed","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","fraction":0.5,"keys":5,"lease":5400000,"prev":"b0b29f579462b7e84cdd8798ddb94df61b3ca07cd6d9c46cdd634408c49f94fa","sig":"mWoPuWbcM-eCWC0j4CAQZHmWN38cqAH3wic1tB5dc9n4PLNRw62xGzVXGUuSmhsPOhDevX-gIsY1ck_eMDa8Bw"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"NJhDxYfQz1NjC7g3V2QNgr"}');
INSERT INTO public.handoff_log VALUES (1, '1020', 1, 'asking', 1, '{"body":{"request":{"context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ","‏עברית":true}},"task_description":"Перевод asking: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…"}},"event":{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","keys":5,"request":{"deadline":null,"from_agent":"планировщик","priority":5,"to_agent":"翻訳者"},"sig":"YxDGaILaAi0u5n0p1JWa29F4bBi1tvjmGuotZf2W_USmWoA_UrFEyLskjUB40Nz7VYDHuw4MEqKJLYzclXw5DA"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"g8VLJ4J9nMjBHtFCIl97fN"}');
INSERT INTO public.handoff_log VALUES (1, '1021', 1, 'asking', 2, '{"event":{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"lease":180000,"prev":"e0ed66737954c1b462e4d5c4c1710536a780ddeec13842eac7d145da2c911d6f","sig":"S4MXCo_uwXjR_YZyovnsaxMHjMm9LUjti95Uf0aBjXkT4kub6mlV-FKgNA_Rbhptc6EWPpgkS-WHAvwEWQsEDw"},"log":"3pfwv9swpxfgt1v134et4dwvmh"}');
INSERT INTO public.handoff_log VALUES (1, '1022', 1, 'asking', 3, '{"event":{"_tag":"Started","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"prev":"d1c42de8d43612202c626a1e25f20c6af3298047f56b93a25e148db2fadd7b7b","sig":"g7Uik2kJb7BTC7O2bvIqOu9yE_J8MHngiCmP0awknnv2ly8fsC0IgLLSwb5CR2yB4ulkR3y7SbHAec7l0FgHAQ"},"log":"3pfwv9swpxfgt1v134et4dwvmh"}');
INSERT INTO public.handoff_log VALUES (1, '1023', 1, 'asking', 4, '{"body":{"question":"どちら？"},"event":{"_tag":"Asked","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"prev":"23ea21186e705053d20d15a882f820995b6a924276a90b570b8a6f4f5ed2fa55","sig":"SkW6wvhcyZJgbb-sNUqQKxLOlRprQshUi9NowW58_7gpWcK3onK9lgmHRJzO24WSpfBYhdIr0an8QlbrwE84DA"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"1s69_GOxiUHQGBwQvGGpfV"}');
INSERT INTO public.handoff_log VALUES (1, '1024', 1, 'returned', 1, '{"body":{"request":{"context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ","‏עברית":true}},"task_description":"Перевод returned: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…"}},"event":{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","keys":5,"request":{"deadline":null,"from_agent":"планировщик","priority":5,"to_agent":"翻訳者"},"sig":"-akLxFF6zl8l0ME6d7LwW83JPQVVhKHeJ-yZLaJrqNMxl9GJ-VNrqYcr5y3lE9ui0sNOrf31-sO-8tHCwQeHAA"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"F-MfrLH3Bw_7fg7D3e93w-"}');
INSERT INTO public.handoff_log VALUES (1, '1025', 1, 'returned', 2, '{"event":{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"prev":"81325090f158639c98cf06a175a3d3c17724c21e1766585bbd6abdc0b3d09908","sig":"KI6R05MXKJOoxDQMaolJ8dHvJz42ibkwlNU3BkLnAWED2790fBe-5cWN5ZXARW7O8KdUonxDbV3oBncfK1g0CA"},"log":"3pfwv9swpxfgt1v134et4dwvmh"}');
INSERT INTO public.handoff_log VALUES (1, '1026', 1, 'returned', 3, '{"body":{"hand_back":{"artifacts":[{"content":"…","name":"draft"}],"done":["見出し"],"remaining":["本文"]},"reason":"Locked"},"event":{"_tag":"Released","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"not_before":"2026-12-02T09:06:00.000Z","prev":"1ef6532e79b11eb7c33acf83bd71efb03557b480b6b870c306d6e5d68d670468","sig":"PTUFh7EG3q7_QjcZU238iY35FS3qAk-IBzHMWd5ruLMbTj5KTI78hK6gvg__KMGN2XZwARQxhC3Z8HSd16YqAw"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"cfImU6O2a1rPjYS573_Ke_"}');
INSERT INTO public.handoff_log VALUES (1, '1027', 1, 'unconfirmed', 1, '{"body":{"request":{"briefing":{"actions":[{"id":"срок","task":"Call"}],"read_back":{"confirm":true},"severity":"unstable","summary":"Срок — пятница."},"context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ","‏עברית":true}},"task_description":"Перевод unconfirmed: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…"}},"event":{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","keys":5,"request":{"deadline":null,"from_agent":"планировщик","priority":5,"to_agent":"翻訳者"},"sig":"lT6gxGdOc3SFyrH8swrlOq4-PgBU9lBcE6NMtIiPJrXHU_g1bgWoXrJumq-YvX-p9bi4GoTMdF1D_CCxNv_fDQ"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"iMk2wVv2ZGBJvgXpDnxDxK"}');
INSERT INTO public.handoff_log VALUES (1, '1028', 1, 'unconfirmed', 2, '{"body":{"read_back":{"items":[{"answer":"understood","id":"срок"}],"summary":"Пятница"}},"event":{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"prev":"2bfe8df387955c7ac775e5466dfec2bfcad6d31999b6fbb9f0e240ca137a5053","sig":"lPy84S7L9t_fL3jFvJBTDrgWEF5WPOvCzMY3RLQmIdf2AjN9qHyYXw5DbVabPDxppD8qM69LkDCZ-INhrQI5CQ"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"qLs4G5GqWC7-YcBr9pg7mZ"}');
INSERT INTO public.handoff_log VALUES (1, '1029', 1, 'exhausted', 1, '{"body":{"request":{"context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ","‏עברית":true}},"task_description":"Перевод exhausted: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…"}},"event":{"_tag":"Created","at":"2026-12-02T09:05:00.000Z","by":"планировщик","keys":5,"request":{"deadline":null,"from_agent":"планировщик","max_attempts":1,"priority":5,"to_agent":"翻訳者"},"sig":"2yKYvGmYJahWb_u1B0PhNRmRVvEcn6TcVPweYC1y6yzhU-hJbcR_cmpeUPaXoXj_ieKbNS9N3SAKo9MX8pV_Dg"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"k3cYPGDVvuHJKmZzq0qDGJ"}');
INSERT INTO public.handoff_log VALUES (1, '1030', 1, 'exhausted', 2, '{"event":{"_tag":"Accepted","at":"2026-12-02T09:05:00.000Z","by":"翻訳者","keys":5,"lease":500,"prev":"b9b1988fcea5733abe8b25a02783a87128d58026816fd08704ff84528a5b6bd6","sig":"XSXAeTT0grnnN12T2bxahlevMNMBUCDA9oILW3ralm6lf7AX_VT74bqT5fZnyH1O-jVv6cuyHO9h0F4SGvETCA"},"log":"3pfwv9swpxfgt1v134et4dwvmh"}');
INSERT INTO public.handoff_log VALUES (1, '1031', 1, 'exhausted', 3, '{"body":{"reason":"The lease of the last of 1 attempts ran out."},"event":{"_tag":"Failed","at":"2026-12-02T09:05:01.000Z","attempt":1,"by":"clock","code":"attempts_exhausted","keys":5,"prev":"39defb8d00af44951372c57abc4a4202025868fc9982d0532f45324a1b5f17d7"},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"6mULsbMG-eN6M__v24jPiX"}');
INSERT INTO public.handoff_log VALUES (1, '1032', 1, 'unsigned', 1, '{"body":{"request":{"context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ","‏עברית":true}},"task_description":"Перевод unsigned: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…"}},"event":{"_tag":"Created","at":"2026-12-02T09:05:01.000Z","by":"планировщик","keys":5,"request":{"deadline":null,"from_agent":"планировщик","priority":5,"to_agent":"翻訳者"}},"log":"3pfwv9swpxfgt1v134et4dwvmh","salt":"AAAAAAAAAAAAAAAAAAAAAA"}');
INSERT INTO public.handoff_log VALUES (1, '1038', 1, 'own', 1, '{"body":{"request":{"context":{},"task_description":"校正"}},"event":{"_tag":"Created","at":"2026-12-02T18:00:00.000Z","by":"newcomer","keys":6,"request":{"deadline":null,"from_agent":"newcomer","priority":5,"to_agent":"校正者"}},"log":"3dz56877rb30mmnrb8vxnx7dj2","salt":"XFllKivEDSDu_F2Fk0t10M"}');
INSERT INTO public.handoff_log VALUES (1, '1039', 1, 'own', 2, '{"event":{"_tag":"Accepted","at":"2026-12-02T18:00:00.000Z","by":"校正者","keys":6,"prev":"7e506c42c02220f8b46afc3927e1cac3f9a9c75b4a65030626eaf8b4673d6f53","sig":"k2hzOew1s0HGlojTD9BYuuB87XIvW9hFWpG_b7cBAA2VMeHUtUiIrLoha-rDWuCq7KTRSomGGLhzC3ZG6iEfDA"},"log":"3dz56877rb30mmnrb8vxnx7dj2"}');
INSERT INTO public.handoff_log VALUES (1, '1042', 1, 'own', 3, '{"body":{"result":{"誤り":0}},"event":{"_tag":"Completed","at":"2026-12-02T18:01:00.000Z","by":"校正者","keys":7,"prev":"835f0442783f9aedc40ded161c07e7910b1b1f447e06439410e54323a2d54c9d","sig":"89yf27BIGxLdvVysNEsRLyegkXXT4L57AAQbITOHj4rUQjXeq_aoIq-Znc0xWsp7d9247qTNxgm_3pCkOn-DCQ"},"log":"3dz56877rb30mmnrb8vxnx7dj2","salt":"XQ4yMy5SB04wxUgq5B8pCB"}');
INSERT INTO public.handoff_log VALUES (1, '1043', 1, 'stolen', 1, '{"body":{"request":{"context":{},"task_description":"校正"}},"event":{"_tag":"Created","at":"2026-12-02T18:01:00.000Z","by":"newcomer","keys":7,"request":{"deadline":null,"from_agent":"newcomer","priority":5,"to_agent":"thief"}},"log":"3dz56877rb30mmnrb8vxnx7dj2","salt":"BNZrP4DvSPjnLizoIRpag8"}');
INSERT INTO public.handoff_log VALUES (1, '1044', 1, 'stolen', 2, '{"body":{"reason":"No"},"event":{"_tag":"Rejected","at":"2026-12-02T18:01:00.000Z","by":"thief","keys":7,"prev":"56e0e38008755079dc00f4e4de768bc01bbc90478b9f6b73b0248ba397b11c47","sig":"aA-Cavg8hInMpQzBsbBom1CEfDnhNYtg51FwzWO56zHzF7PUcw7VLVa7MCssvW22SGOtT8tc-CFS9BpW0J5LAw"},"log":"3dz56877rb30mmnrb8vxnx7dj2","salt":"ojJmpt0h8kyBWd_Us0BrAi"}');


--
-- Data for Name: handoff_records; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_records VALUES ('long-1', 9, 10, 'accepted', 'completed', 'executor', 'planner', NULL, 1, 1796115600000, NULL, '{"record_id":"long-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":9,"deadline":null,"max_attempts":4,"requires":["report","execute"]},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{"output":"report.pdf","pages":[1,2,3],"ok":true,"nothing":null},"created_at":"2026-12-01T09:00:00.000Z","updated_at":"2026-12-01T09:01:01.245Z","attempt":2,"evidence":[{"grade":"verified","statement":"Seen by two","uri":"https://example.org/1","by":"auditor","at":"2026-12-01T09:01:01.245Z"},{"grade":"observed","statement":"All 214 tests passed","of":"draft","by":"executor","at":"2026-12-01T09:01:01.245Z"}],"head":"ef1c047c7f5138fbec15cc8d41fa3c22fc8bcea8cb1bc8ee47110a2335b33a5a","revision":10}');
INSERT INTO public.handoff_records VALUES ('told-1', 6, 7, 'in_progress', 'completed', 'executor', 'planner', NULL, 5, 1796115661245, NULL, '{"record_id":"told-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"briefing":{"severity":"watcher","summary":"Two invoices are missing.","situation":{"known":["One supplier"],"decided":[],"open":["Paid?"]},"contingencies":[{"id":"late","if":"not by Friday","then":"report without"}],"actions":[{"id":"invoices","task":"Ask for them","owner":"executor","due":"2026-12-01T09:06:01.245Z"}],"read_back":{"required":["invoices","late"],"confirm":true}},"deliverables":[{"name":"text","media_type":"text/plain","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},{"name":"sums","schema":{"type":"object","required":["total"],"properties":{"total":{"type":"number"}}}}]},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{},"created_at":"2026-12-01T09:01:01.245Z","updated_at":"2026-12-01T09:01:01.322Z","artifacts":[{"name":"text","media_type":"text/plain","content":"abc"},{"name":"sums","content":{"total":12.5}},{"name":"scan","uri":"s3://bucket/scan.pdf","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":1024}],"evidence":[{"grade":"verified","statement":"Adds up","of":"sums","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","by":"auditor","at":"2026-12-01T09:01:01.322Z"},{"grade":"claimed","statement":"Read twice","by":"executor","at":"2026-12-01T09:01:01.322Z"}],"head":"0f30b056c79a9af87c3b9322e0cf856c71ee29c8207008dcb1c009c1adc642f5","revision":7}');
INSERT INTO public.handoff_records VALUES ('handed-1', 4, 5, 'accepted', 'completed', 'analyst', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"handed-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_hops":2},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{"by":"analyst"},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","attempt":2,"hops":[{"receiver":"analyst","attempt":2,"at":"2026-12-01T09:01:01.322Z"}],"head":"52a2895b8fb5df9d81dc1116c052fca3a1d3e7e74c1abb3695f15d2978e0ae7f","revision":5}');
INSERT INTO public.handoff_records VALUES ('unable-1', 2, 3, 'accepted', 'pending', 'analyst', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"unable-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_attempts":1,"requires":["report"],"reroute":true},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","attempt":2,"hops":[{"receiver":"analyst","attempt":2,"at":"2026-12-01T09:01:01.322Z"}],"head":"5eecc4815a52be57080f56bea17c20ca55306e282cb9513134a59ea778713104","revision":3}');
INSERT INTO public.handoff_records VALUES ('declined-1', 3, 4, 'accepted', 'pending', 'analyst', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"declined-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"requires":["report"],"reroute":true},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:02:31.322Z","attempt":3,"hops":[{"receiver":"analyst","attempt":2,"at":"2026-12-01T09:01:01.322Z"}],"head":"668c927e1ae73c1aa77f64743afb13fe9484b23f36926ceb97c7570fa5458dcf","revision":4}');
INSERT INTO public.handoff_records VALUES ('part-a-1', 3, 4, 'accepted', 'cancelled', 'analyst', 'executor', 'whole-1', 7, 1796115661322, NULL, '{"record_id":"part-a-1","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part a","context":{},"priority":3,"deadline":null,"parent":"whole-1"},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"cancelled","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","reason":"whole-1, which it was a part of, was cancelled.","parts":1,"head":"3e9f0bdf37834b0acff93ef28a4f9f02994c9943fadaee55f7fb6c10f8fc9f9c","revision":4}');
INSERT INTO public.handoff_records VALUES ('part-b-1', 1, 2, 'pending', 'cancelled', 'analyst', 'executor', 'whole-1', 7, 1796115661322, NULL, '{"record_id":"part-b-1","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part b","context":{},"priority":3,"deadline":null,"parent":"whole-1"},"response":null,"status":"cancelled","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","reason":"whole-1, which it was a part of, was cancelled.","head":"32ac61f02914d3db0b6517a99670351ca6ae2ce46dd74c9d19441ecc8744a285","revision":2}');
INSERT INTO public.handoff_records VALUES ('part-c-1', 1, 2, 'pending', 'cancelled', 'auditor', 'analyst', 'part-a-1', 7, 1796115661322, NULL, '{"record_id":"part-c-1","request":{"from_agent":"analyst","to_agent":"auditor","task_description":"Part c","context":{},"priority":3,"deadline":null,"parent":"part-a-1"},"response":null,"status":"cancelled","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","reason":"whole-1, which it was a part of, was cancelled.","head":"c69e50ae9049f8a4f39466ab6303fde334a48934c4481005d59a65f199d3d3ca","revision":2}');
INSERT INTO public.handoff_records VALUES ('whole-1', 4, 5, 'accepted', 'cancelled', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"whole-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":"2026-12-01T10:01:01.322Z","remind_before":3540000},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"cancelled","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","reason":"Not needed","parts":2,"head":"b6150cf8a18710222898034ba5e43ca3b59f1c20f23f315e571495646c2e3c4a","revision":5}');
INSERT INTO public.handoff_records VALUES ('waiting-1', 3, 4, 'pending', 'accepted', 'analyst', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"waiting-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"accept_by":"2026-12-01T09:03:01.322Z","remind_before":60000,"requires":["report"],"reroute":true},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"accepted","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:04:01.322Z","attempt":2,"hops":[{"receiver":"analyst","attempt":2,"at":"2026-12-01T09:04:01.322Z"}],"head":"2b792257a12a5f0d8697aa797211d016bc822f8701cdc167c522deee2f83c648","revision":4}');
INSERT INTO public.handoff_records VALUES ('lapsed-1', 2, 3, 'accepted', 'pending', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"lapsed-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null,"max_attempts":2},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:02:31.322Z","attempt":2,"head":"9bc56293c516dcfbbe988d3819e1f1044240171f9598eacdf3af5ac6006ed881","revision":3}');
INSERT INTO public.handoff_records VALUES ('part-d-1', 0, 1, NULL, 'pending', 'analyst', 'executor', 'left-1', 7, 1796115661322, NULL, '{"record_id":"part-d-1","request":{"from_agent":"executor","to_agent":"analyst","task_description":"Part d","context":{},"priority":3,"deadline":null,"parent":"left-1"},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","head":"a9671fb1ee690b5e03f1efdabf0342183c065773137579fefa50dbbbffb42b62","revision":1}');
INSERT INTO public.handoff_records VALUES ('left-1', 3, 4, 'accepted', 'completed', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"left-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","parts":1,"head":"88d4a8efb8b8927e846741134895fcc41e393e5411c5a53c04acf4339fc2101f","revision":4}');
INSERT INTO public.handoff_records VALUES ('refused-1', 1, 2, 'pending', 'rejected', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"refused-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null},"response":{"accepted":false,"reason":"Not mine","estimated_completion":null},"status":"rejected","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","head":"04f14298707bc91ecdcdef198e5f7885ccab140025042b59a3620e17f2e770b4","revision":2}');
INSERT INTO public.handoff_records VALUES ('broken-1', 2, 3, 'accepted', 'failed', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"broken-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null},"response":{"accepted":false,"reason":"Out of paper","estimated_completion":null},"status":"failed","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:01:01.322Z","head":"6c0be2caa0df0be42958b7309632150d4fd83215edba19e61527d3ff177d6b06","revision":3}');
INSERT INTO public.handoff_records VALUES ('late-1', 1, 2, 'pending', 'expired', 'executor', 'planner', NULL, 5, 1796115661322, NULL, '{"record_id":"late-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":"2026-12-01T09:03:01.322Z"},"response":null,"status":"expired","result":{},"created_at":"2026-12-01T09:01:01.322Z","updated_at":"2026-12-01T09:04:01.322Z","reason":"The deadline passed while the handoff was open.","missed":"deadline","head":"52dbaf3a9caed1258b775f6afdb98beedef6e2627995f883d5dfd2f6b535603b","revision":2}');
INSERT INTO public.handoff_records VALUES ('foreign-1', 0, 1, NULL, 'pending', 'executor', 'planner', NULL, 3, 1796025600123, NULL, '{"record_id":"foreign-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Étude — 日本語 🚀","context":{"from":"elsewhere","pages":[1,2.5,null,true],"":"no name"},"priority":7,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-11-30T08:00:00.123Z","updated_at":"2026-11-30T08:30:00.000Z","head":"0a777a8686a5e2022910310ed527c4f36d37e1d849baceb7d699b8d291193e51","revision":1}');
INSERT INTO public.handoff_records VALUES ('taken-1', 1, 2, 'accepted', 'completed', 'executor', 'planner', NULL, 3, 1796025600123, NULL, '{"record_id":"taken-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Étude — 日本語 🚀","context":{"from":"elsewhere","pages":[1,2.5,null,true],"":"no name"},"priority":7,"deadline":null},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{"taken":true},"created_at":"2026-11-30T08:00:00.123Z","updated_at":"2026-12-01T09:04:01.322Z","head":"da35689bd9796c3af682b5f374dc792ee484339faf6ee4e09afb8ad9cb44cf96","revision":2}');
INSERT INTO public.handoff_records VALUES ('fresh-1', 0, 1, NULL, 'pending', 'executor', 'planner', NULL, 5, 1796115841322, NULL, '{"record_id":"fresh-1","request":{"from_agent":"planner","to_agent":"executor","task_description":"Report 1: \"Q3\" \\ 1,5 Mio. €\n","context":{"round":1,"share":1.1,"tags":["a","b1"],"nested":{"empty":{},"list":[]}},"priority":5,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-12-01T09:04:01.322Z","updated_at":"2026-12-01T09:04:01.322Z","head":"cfedf4937bf8260f7d68555ae3318d4d6bf441848ac7b3594d76e52b56f67509","revision":1}');
INSERT INTO public.handoff_records VALUES ('rotated-☂', 4, 5, 'in_progress', 'completed', '翻訳者', 'планировщик', NULL, 5, 1796202000000, NULL, '{"record_id":"rotated-☂","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод rotated: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"max_attempts":2},"response":{"accepted":true,"reason":"Охотно","estimated_completion":null},"status":"completed","result":{"страниц":3},"created_at":"2026-12-02T09:00:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","evidence":[{"grade":"verified","statement":"Прочитано","by":"محرّر","at":"2026-12-02T09:05:00.000Z"}],"head":"2d4ca99e19db30140839603408a1856ae741d0dfcbca881899dba2fc6e78634f","revision":5}');
INSERT INTO public.handoff_records VALUES ('g0x22qj4mvry', 3, 4, 'in_progress', 'in_progress', '翻訳者', 'планировщик', NULL, 0, 1796202300000, 1796207700000, '{"record_id":"g0x22qj4mvry","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Le résumé","context":{},"priority":10,"deadline":null,"requires":["Перевод","translate"]},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"in_progress","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","lease":{"milliseconds":5400000,"until":"2026-12-02T10:35:00.000Z"},"progress":{"at":"2026-12-02T09:05:00.000Z","note":"半分","fraction":0.5},"head":"d00dbfe39f580c389f3884c3e15e1aebfcaba561785f7c190301c3c4722b7caf","revision":4}');
INSERT INTO public.handoff_records VALUES ('asking', 3, 4, 'in_progress', 'input_required', '翻訳者', 'планировщик', NULL, 5, 1796202300000, NULL, '{"record_id":"asking","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод asking: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"input_required","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","lease":{"milliseconds":180000},"question":"どちら？","head":"d286bab5dc0321a0e2d0ba58cfa9c8041d2465541bd408b794243f87151ea322","revision":4}');
INSERT INTO public.handoff_records VALUES ('returned', 2, 3, 'accepted', 'pending', '翻訳者', 'планировщик', NULL, 5, 1796202300000, NULL, '{"record_id":"returned","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод returned: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","attempt":2,"hand_back":{"done":["見出し"],"remaining":["本文"],"artifacts":[{"name":"draft","content":"…"}]},"not_before":"2026-12-02T09:06:00.000Z","head":"942fadebae379c9c568cdc6c85ec090b5f1eed052d741149b1298ec67e2f0874","revision":3}');
INSERT INTO public.handoff_records VALUES ('unconfirmed', 1, 2, 'pending', 'accepted', '翻訳者', 'планировщик', NULL, 5, 1796202300000, NULL, '{"record_id":"unconfirmed","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод unconfirmed: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"briefing":{"severity":"unstable","summary":"Срок — пятница.","actions":[{"id":"срок","task":"Call"}],"read_back":{"confirm":true}}},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"accepted","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:00.000Z","read_back":{"summary":"Пятница","items":[{"id":"срок","answer":"understood"}]},"head":"83cb47f724d8ec0bbc89cac8360a6de05b10199776949c65deb5a00de026b1ca","revision":2}');
INSERT INTO public.handoff_records VALUES ('exhausted', 2, 3, 'accepted', 'failed', '翻訳者', 'планировщик', NULL, 5, 1796202300000, NULL, '{"record_id":"exhausted","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод exhausted: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null,"max_attempts":1},"response":{"accepted":false,"reason":"The lease of the last of 1 attempts ran out.","estimated_completion":null},"status":"failed","result":{},"created_at":"2026-12-02T09:05:00.000Z","updated_at":"2026-12-02T09:05:01.000Z","code":"attempts_exhausted","head":"acd210bdc44e4444eb3ea7047bf3169ebb22be042a7549287f0a049344be0bbd","revision":3}');
INSERT INTO public.handoff_records VALUES ('unsigned', 0, 1, NULL, 'pending', '翻訳者', 'планировщик', NULL, 5, 1796202301000, NULL, '{"record_id":"unsigned","request":{"from_agent":"планировщик","to_agent":"翻訳者","task_description":"Перевод unsigned: \"Ⅲ. čtvrtletí\" \\ ١٢٣ 🧑‍🚀\t…","context":{"":null,"constructor":[1e+21,5e-324,0.1,-7],"ключ":{"‏עברית":true,"long":"ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ"}},"priority":5,"deadline":null},"response":null,"status":"pending","result":{},"created_at":"2026-12-02T09:05:01.000Z","updated_at":"2026-12-02T09:05:01.000Z","head":"5a7674c778d3df473e0af7425c8b51f01b6c5f141c19e640dfff717a89ac3105","revision":1}');
INSERT INTO public.handoff_records VALUES ('own', 2, 3, 'accepted', 'completed', '校正者', 'newcomer', NULL, 5, 1796234400000, NULL, '{"record_id":"own","request":{"from_agent":"newcomer","to_agent":"校正者","task_description":"校正","context":{},"priority":5,"deadline":null},"response":{"accepted":true,"reason":"Accepted by receiving agent.","estimated_completion":null},"status":"completed","result":{"誤り":0},"created_at":"2026-12-02T18:00:00.000Z","updated_at":"2026-12-02T18:01:00.000Z","head":"c321a7cdb3c970a882916674e8b3aa5a19beb1d7ec7c7d1c14a858114654b404","revision":3}');
INSERT INTO public.handoff_records VALUES ('stolen', 1, 2, 'pending', 'rejected', 'thief', 'newcomer', NULL, 5, 1796234460000, NULL, '{"record_id":"stolen","request":{"from_agent":"newcomer","to_agent":"thief","task_description":"校正","context":{},"priority":5,"deadline":null},"response":{"accepted":false,"reason":"No","estimated_completion":null},"status":"rejected","result":{},"created_at":"2026-12-02T18:01:00.000Z","updated_at":"2026-12-02T18:01:00.000Z","head":"c209895116246e8d28aa24f9bd345d97140c40adfea193e111e8d165d9d521fe","revision":2}');


--
-- Data for Name: handoff_store; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_store VALUES ('aumai-handoff', 3, 1, '3dz56877rb30mmnrb8vxnx7dj2', 8);


--
-- Data for Name: handoff_tally; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.handoff_tally VALUES ('expired', 36, 1);
INSERT INTO public.handoff_tally VALUES ('elapsed:226', 36, 1);
INSERT INTO public.handoff_tally VALUES ('elapsed:376', 36, 1);
INSERT INTO public.handoff_tally VALUES ('elapsed:90', 36, 1);
INSERT INTO public.handoff_tally VALUES ('completed', 36, 6);
INSERT INTO public.handoff_tally VALUES ('elapsed', 36, 90602521);
INSERT INTO public.handoff_tally VALUES ('elapsed:259', 36, 1);
INSERT INTO public.handoff_tally VALUES ('in_progress', 36, 1);
INSERT INTO public.handoff_tally VALUES ('input_required', 36, 1);
INSERT INTO public.handoff_tally VALUES ('cancelled', 36, 4);
INSERT INTO public.handoff_tally VALUES ('accepted', 36, 2);
INSERT INTO public.handoff_tally VALUES ('failed', 36, 2);
INSERT INTO public.handoff_tally VALUES ('elapsed:-1', 36, 2);
INSERT INTO public.handoff_tally VALUES ('pending', 37, -1);
INSERT INTO public.handoff_tally VALUES ('accepted', 37, 0);
INSERT INTO public.handoff_tally VALUES ('completed', 37, 1);
INSERT INTO public.handoff_tally VALUES ('elapsed', 37, 60000);
INSERT INTO public.handoff_tally VALUES ('elapsed:226', 37, 1);
INSERT INTO public.handoff_tally VALUES ('pending', 36, 9);
INSERT INTO public.handoff_tally VALUES ('rejected', 36, 2);


--
-- Name: handoff_agents handoff_agents_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_agents
    ADD CONSTRAINT handoff_agents_pkey PRIMARY KEY (id);


--
-- Name: handoff_keys handoff_keys_epoch_xid_n_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_keys
    ADD CONSTRAINT handoff_keys_epoch_xid_n_key UNIQUE (epoch, xid, n);


--
-- Name: handoff_keys handoff_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_keys
    ADD CONSTRAINT handoff_keys_pkey PRIMARY KEY (log, revision);


--
-- Name: handoff_log handoff_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_log
    ADD CONSTRAINT handoff_log_pkey PRIMARY KEY (epoch, xid, n);


--
-- Name: handoff_records handoff_records_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_records
    ADD CONSTRAINT handoff_records_pkey PRIMARY KEY (id);


--
-- Name: handoff_store handoff_store_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_store
    ADD CONSTRAINT handoff_store_pkey PRIMARY KEY (application);


--
-- Name: handoff_tally handoff_tally_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.handoff_tally
    ADD CONSTRAINT handoff_tally_pkey PRIMARY KEY (name, slot);


--
-- Name: handoff_all; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_all ON public.handoff_records USING btree (created_at, id);


--
-- Name: handoff_children; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_children ON public.handoff_records USING btree (parent, created_at, id) WHERE (parent IS NOT NULL);


--
-- Name: handoff_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_due ON public.handoff_records USING btree (due_at, created_at, id) WHERE (due_at IS NOT NULL);


--
-- Name: handoff_history; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX handoff_history ON public.handoff_log USING btree (record_id, revision);


--
-- Name: handoff_inbox; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_inbox ON public.handoff_records USING btree (to_agent, status, urgency, created_at, id);


--
-- Name: handoff_sent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_sent ON public.handoff_records USING btree (from_agent, ((- created_at)), id);


--
-- Name: handoff_status; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX handoff_status ON public.handoff_records USING btree (status, created_at, id);


--
-- PostgreSQL database dump complete
--

\unrestrict RhTF4EqddYJa3N9WiaHqsouFWq62sah3E6OTi6wQr9abX4RyplSLLe1HJfjib2M

